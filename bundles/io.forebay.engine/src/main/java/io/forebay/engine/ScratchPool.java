/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Buffers for blocks between a worker and the BAB. There are never more than blocks being compressed: a few for each worker,
 * and one for each busy channel ({@link #isCrowded}). What comes home is kept as long as it is needed again within seconds:
 * direct memory that is dropped comes back only with the next garbage collection, and relaying makes no garbage. Thread-safe.
 */
public final class ScratchPool {

    /** Kept in any case. */
    private static final long KEPT_BYTES = 4 << 20;

    /** What was not needed for so long is dropped. */
    private static final long UNNEEDED_NS = 5_000_000_000L;

    /** The sizes there are, four between two powers of two, so that what came home fits the next block, too. */
    private static final int[] SIZES = IntStream.rangeClosed(12, 28)
            .flatMap(power -> IntStream.range(4, 8).map(quarters -> quarters << power - 2))
            .toArray();

    private final int crowd;
    private final LongSupplier clockNs;
    private final Shelf direct = new Shelf();
    private final Shelf heap = new Shelf();
    private volatile int out;

    /** An empty pool, for so many workers. */
    public ScratchPool(int workers) {
        this(workers, System::nanoTime);
    }

    ScratchPool(int workers, LongSupplier clockNs) {
        this.crowd = 4 * workers;
        this.clockNs = clockNs;
    }

    /** A buffer of at least {@code bytes}, direct or backed by an array. */
    ByteBuffer take(int bytes, boolean isDirect) {
        int found = Arrays.binarySearch(SIZES, bytes);
        int index = found < 0 ? -found - 1 : found;
        ByteBuffer buffer;
        synchronized (this) {
            out = out + 1;
            buffer = (isDirect ? direct : heap).take(index);
        }
        if (buffer == null) {
            buffer = isDirect ? ByteBuffer.allocateDirect(SIZES[index]) : ByteBuffer.allocate(SIZES[index]);
        }
        return buffer;
    }

    synchronized void giveBack(ByteBuffer buffer) {
        out = out - 1;
        (buffer.isDirect() ? direct : heap).giveBack(buffer.clear(), clockNs.getAsLong());
    }

    /** Whether so many are out that nobody should have more than one. */
    boolean isCrowded() {
        return out > crowd;
    }

    /** Those at home, by their size. */
    private static final class Shelf {
        private final List<ArrayDeque<ByteBuffer>> bySize =
                Stream.generate(ArrayDeque<ByteBuffer>::new).limit(SIZES.length).toList();
        private long bytes;

        /** The least that was here since {@link #lookedNs}: nobody has needed that. */
        private long leastBytes;

        private long lookedNs = Long.MIN_VALUE;

        ByteBuffer take(int index) {
            ByteBuffer buffer = bySize.get(index).poll();
            bytes -= buffer == null ? 0 : buffer.capacity();
            leastBytes = Math.min(leastBytes, bytes);
            return buffer;
        }

        void giveBack(ByteBuffer buffer, long nowNs) {
            bytes += buffer.capacity();
            bySize.get(Arrays.binarySearch(SIZES, buffer.capacity())).push(buffer);
            if (lookedNs == Long.MIN_VALUE || nowNs - lookedNs > UNNEEDED_NS) {
                drop(leastBytes - KEPT_BYTES);
                leastBytes = bytes;
                lookedNs = nowNs;
            }
        }

        private void drop(long unneededBytes) {
            long left = unneededBytes;
            for (int i = SIZES.length - 1; i >= 0; i--) {
                while (left >= SIZES[i] && !bySize.get(i).isEmpty()) {
                    left -= SIZES[i];
                    bytes -= bySize.get(i).poll().capacity();
                }
            }
        }
    }
}
