/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.heap;

import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The arrays of one owner. Every field is guarded by this object's lock, which is held for a few instructions only. */
final class HeapBabMemory implements BabMemory {

    private final HeapBabAllocator allocator;
    private final String owner;
    private final int segmentBytes;
    private final long segmentsMax;

    private HeapSegment free;
    private long leased;
    private boolean closed;

    HeapBabMemory(HeapBabAllocator allocator, String owner, long limitBytes, int segmentBytes) {
        this.allocator = allocator;
        this.owner = owner;
        this.segmentBytes = segmentBytes;
        this.segmentsMax = limitBytes / segmentBytes;
    }

    @Override
    public int segmentBytes() {
        return segmentBytes;
    }

    @Override
    public long limitBytes() {
        return segmentsMax * segmentBytes;
    }

    @Override
    public synchronized long leasedBytes() {
        return leased * segmentBytes;
    }

    @Override
    public Segment lease() {
        synchronized (this) {
            if (closed || leased == segmentsMax) {
                return null;
            }
            leased++;
            if (free != null) {
                HeapSegment segment = free;
                free = segment.next;
                segment.next = null;
                segment.lend();
                return segment;
            }
        }
        return leaseNew();
    }

    /** Makes a segment outside the lock, because clearing an array takes long; it is counted already. */
    private Segment leaseNew() {
        HeapSegment segment = null;
        try {
            segment = new HeapSegment(ByteBuffer.allocate(segmentBytes));
            segment.lend();
            return segment;
        } finally {
            if (segment == null) {
                giveBack(null);
            }
        }
    }

    /** Takes back a segment, or only its place in the count if it could not be made. */
    private void giveBack(HeapSegment segment) {
        boolean last;
        synchronized (this) {
            if (segment != null) {
                if (!segment.lent) {
                    throw new IllegalStateException("segment released twice: owner=" + owner + " (expected: leased)");
                }
                segment.lent = false;
                if (!closed) {
                    segment.next = free;
                    free = segment;
                }
            }
            leased--;
            last = closed && leased == 0;
        }
        if (last) {
            allocator.takeBack(limitBytes());
        }
    }

    @Override
    public void close() {
        boolean last;
        synchronized (this) {
            last = !closed && leased == 0;
            closed = true;
            free = null;
        }
        if (last) {
            allocator.takeBack(limitBytes());
        }
    }

    private final class HeapSegment implements Segment {

        private final ByteBuffer buffer;
        private HeapSegment next;
        private boolean lent;

        HeapSegment(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        void lend() {
            lent = true;
            // Big-endian again too, whatever the last holder set.
            buffer.clear().order(ByteOrder.BIG_ENDIAN);
        }

        @Override
        public ByteBuffer memory() {
            return buffer;
        }

        @Override
        public void release() {
            giveBack(this);
        }
    }
}
