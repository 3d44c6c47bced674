/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax.plugins;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** An allocator that does one thing that its contract forbids: the property {@code fault}. For bundles that tests make. */
public final class FaultyAllocator implements BabAllocator {

    /** Segments that are lent as they should be before the fault shows. */
    private static final int SOUND_SEGMENTS = 6;

    private static final int HANG_MS = 2_500;

    /** What it does. */
    public enum Fault {
        NONE,
        NAME_THROWS,
        OPEN_THROWS,
        OPEN_LACKS_A_CLASS,
        OPEN_IS_NULL,
        LEASE_THROWS,
        LEASE_THROWS_ERROR,
        LEASE_HANGS,
        LEASE_HAS_NOTHING_MORE,
        SEGMENT_WITHOUT_MEMORY,
        SEGMENT_TOO_SMALL,
        SEGMENT_TWICE,
        RELEASE_THROWS,
        CLOSE_THROWS;

        /** Whether it shows while memory is obtained and lent, not only when it goes back. */
        public boolean isSeenInUse() {
            return this != NAME_THROWS && this != RELEASE_THROWS && this != CLOSE_THROWS;
        }
    }

    private Fault fault = Fault.NONE;

    public FaultyAllocator() {}

    /** Called by the framework with the component's properties. */
    public void activate(Map<String, Object> properties) {
        fault = Fault.valueOf(properties.getOrDefault("fault", "NONE").toString());
    }

    private void throwIf(Fault one) {
        if (fault == one) {
            throw new IllegalStateException("spoiled");
        }
    }

    @Override
    public String name() {
        throwIf(Fault.NAME_THROWS);
        return "sample";
    }

    @Override
    public BabMemory open(String owner, long limitBytes, int segmentBytes) {
        throwIf(Fault.OPEN_THROWS);
        if (fault == Fault.OPEN_LACKS_A_CLASS) {
            throw new NoClassDefFoundError("com/example/Missing");
        }
        return fault == Fault.OPEN_IS_NULL ? null : new Memory(limitBytes / segmentBytes, segmentBytes);
    }

    private final class Memory implements BabMemory {
        private final long segments;
        private final int segmentBytes;
        private final AtomicLong leased = new AtomicLong();
        private final AtomicLong leases = new AtomicLong();
        private volatile Segment last;

        Memory(long segments, int segmentBytes) {
            this.segments = segments;
            this.segmentBytes = segmentBytes;
        }

        @Override
        public int segmentBytes() {
            return segmentBytes;
        }

        @Override
        public long limitBytes() {
            return segments * segmentBytes;
        }

        @Override
        public long leasedBytes() {
            return leased.get() * segmentBytes;
        }

        @Override
        public Segment lease() {
            if (leases.incrementAndGet() > SOUND_SEGMENTS) {
                throwIf(Fault.LEASE_THROWS);
                switch (fault) {
                    case LEASE_THROWS_ERROR -> throw new OutOfMemoryError("spoiled");
                    case LEASE_HANGS -> hang();
                    case SEGMENT_WITHOUT_MEMORY -> {
                        return new Lent(null);
                    }
                    case SEGMENT_TOO_SMALL -> {
                        return new Lent(ByteBuffer.allocate(segmentBytes / 2));
                    }
                    case LEASE_HAS_NOTHING_MORE -> {
                        return null;
                    }
                    case SEGMENT_TWICE -> {
                        return last;
                    }
                    default -> {}
                }
            }
            if (leased.incrementAndGet() > segments) {
                leased.decrementAndGet();
                return null;
            }
            Segment segment = new Lent(ByteBuffer.allocate(segmentBytes));
            last = segment;
            return segment;
        }

        private static void hang() {
            try {
                TimeUnit.MILLISECONDS.sleep(HANG_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            throwIf(Fault.CLOSE_THROWS);
        }

        private final class Lent implements Segment {
            private final ByteBuffer memory;

            Lent(ByteBuffer memory) {
                this.memory = memory;
            }

            @Override
            public ByteBuffer memory() {
                return memory;
            }

            @Override
            public void release() {
                leased.decrementAndGet();
                throwIf(Fault.RELEASE_THROWS);
            }
        }
    }
}
