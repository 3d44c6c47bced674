/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Buffers for blocks between a worker and the BAB. There are never more than blocks being compressed: a few for each
 * worker and busy channel. Thread-safe.
 */
public final class ScratchPool {

    private static final int KEPT = 16;

    private final ArrayDeque<ByteBuffer> direct = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> heap = new ArrayDeque<>();

    /** An empty pool. */
    public ScratchPool() {}

    /** A buffer of at least {@code bytes}, direct or backed by an array. */
    ByteBuffer take(int bytes, boolean isDirect) {
        ArrayDeque<ByteBuffer> pool = isDirect ? direct : heap;
        synchronized (pool) {
            ByteBuffer buffer = pool.pollFirst();
            if (buffer != null && buffer.capacity() >= bytes) {
                return buffer;
            }
        }
        return isDirect ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
    }

    void giveBack(ByteBuffer buffer) {
        ArrayDeque<ByteBuffer> pool = buffer.isDirect() ? direct : heap;
        synchronized (pool) {
            if (pool.size() < KEPT) {
                pool.addFirst(buffer.clear());
            }
        }
    }
}
