/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.zstd;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Direct buffers of compressors and decompressors, handed on when these are closed. Direct memory is otherwise freed
 * only when the garbage collector happens to run, however many are made and closed meanwhile. Thread-safe.
 */
final class ScratchPool {

    private final ConcurrentLinkedQueue<ByteBuffer> idle = new ConcurrentLinkedQueue<>();

    /** A buffer of at least {@code bytes}, its content undefined. */
    ByteBuffer take(int bytes) {
        ByteBuffer scratch = idle.poll();
        return scratch != null && scratch.capacity() >= bytes ? scratch.clear() : ByteBuffer.allocateDirect(bytes);
    }

    void giveBack(ByteBuffer scratch) {
        idle.add(scratch);
    }

    /**
     * The buffer itself if its limit lets {@code end} be reached, as that of a segment usually does; else a view that
     * does. The limit is not ours to move.
     */
    static ByteBuffer reaching(ByteBuffer buffer, int end) {
        return buffer.limit() >= end ? buffer : buffer.duplicate().clear();
    }
}
