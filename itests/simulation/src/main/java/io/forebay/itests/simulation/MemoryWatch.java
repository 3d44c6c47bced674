/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** An allocator that counts what is out, and takes back itself what a killed process had. */
final class MemoryWatch implements BabAllocator {

    static final String MEMORY = "memory stays within the memlimit and comes home";

    /** Segments that a relay may have leased ahead while nothing moves. */
    private static final int AHEAD = 4;

    /** Or so many that are left of a load, but then no more than {@link #AFTER_LOAD_OF_ALL} of all. */
    private static final int AFTER_LOAD = 32;

    private static final int AFTER_LOAD_OF_ALL = 8;

    private final BabAllocator inner;
    private final BooleanSupplier isExcused;
    private final Oracle oracle;
    private final List<Watched> opened = new ArrayList<>();
    private long limitBytes;
    private long reserveBytes;

    /** The largest limit since nothing was leased but ahead: what was leased or promised under it may be there still. */
    private long formerLimitBytes;

    private long leasedBytes;

    /** With whether the relay says that it cannot keep its limit now. */
    MemoryWatch(BabAllocator inner, BooleanSupplier isExcused, Oracle oracle) {
        this.inner = inner;
        this.isExcused = isExcused;
        this.oracle = oracle;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public BabMemory open(String owner, long limit, int segmentBytes) throws BabException {
        Watched memory = new Watched(inner.open(owner, limit, segmentBytes));
        opened.add(memory);
        return memory;
    }

    /** The limit, and what of it is reserved, are others from now on. */
    void limit(long bytes, long reserve) {
        limitBytes = bytes;
        reserveBytes = reserve;
        formerLimitBytes = Math.max(formerLimitBytes, bytes);
    }

    /** Whether all that is reserved is leased, and nothing else but a few segments ahead. */
    boolean isIdle(int segmentBytes) {
        return leasedBytes > reserveBytes - Math.max(1, segmentBytes) && leasedBytes <= idleBytesMax(segmentBytes);
    }

    private long idleBytesMax(int segmentBytes) {
        long afterLoad = Math.min(AFTER_LOAD * (long) segmentBytes, limitBytes / AFTER_LOAD_OF_ALL);
        long ahead = Math.max(AHEAD * (long) segmentBytes, afterLoad);
        return Math.max(reserveBytes, ahead);
    }

    long leasedBytes() {
        return leasedBytes;
    }

    /** Memories that were opened and not closed. */
    long open() {
        return opened.stream().filter(one -> !one.closed).count();
    }

    /** Whether every memory that was opened was closed. */
    boolean isClosed() {
        return opened.stream().allMatch(one -> one.closed);
    }

    /** As the system does for a process that was killed. */
    void reclaim() {
        opened.forEach(Watched::reclaim);
    }

    private final class Watched implements BabMemory {
        private final BabMemory memory;
        private final Set<Out> out = new LinkedHashSet<>();
        private boolean closed;

        Watched(BabMemory memory) {
            this.memory = memory;
        }

        @Override
        public int segmentBytes() {
            return memory.segmentBytes();
        }

        @Override
        public long limitBytes() {
            return memory.limitBytes();
        }

        @Override
        public long leasedBytes() {
            return memory.leasedBytes();
        }

        @Override
        public Segment lease() {
            Segment segment = memory.lease();
            if (segment == null) {
                return null;
            }
            leasedBytes += memory.segmentBytes();
            if (leasedBytes > formerLimitBytes && !isExcused.getAsBoolean()) {
                throw oracle.fail(
                        MEMORY, "%d bytes are leased with a memlimit of %d".formatted(leasedBytes, limitBytes));
            }
            Out lent = new Out(this, segment);
            out.add(lent);
            return lent;
        }

        @Override
        public void close() {
            closed = true;
            memory.close();
        }

        void reclaim() {
            List.copyOf(out).forEach(Out::release);
            close();
        }
    }

    private final class Out implements Segment {
        private final Watched of;
        private final Segment segment;

        Out(Watched of, Segment segment) {
            this.of = of;
            this.segment = segment;
        }

        @Override
        public ByteBuffer memory() {
            return segment.memory();
        }

        @Override
        public void release() {
            if (!of.out.remove(this)) {
                throw oracle.fail(MEMORY, "a segment was released twice");
            }
            leasedBytes -= of.segmentBytes();
            if (leasedBytes <= idleBytesMax(of.segmentBytes())) {
                formerLimitBytes = limitBytes;
            }
            segment.release();
        }
    }
}
