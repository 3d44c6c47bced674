/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.pooled;

import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The slabs of one owner, cut into segments. Every field that changes is guarded by this object's lock. */
final class PooledBabMemory implements BabMemory {

    private final SlabPool pool;
    private final String owner;
    private final int segmentBytes;
    private final long segmentsMax;
    private final int segmentsPerSlab;
    private final List<ByteBuffer> slabs;

    private PooledSegment free;
    private long made;
    private long leased;
    private boolean closed;

    PooledBabMemory(SlabPool pool, String owner, long limitBytes, int segmentBytes) throws BabException {
        this.pool = pool;
        this.owner = owner;
        this.segmentBytes = segmentBytes;
        this.segmentsMax = limitBytes / segmentBytes;
        this.segmentsPerSlab = pool.slabBytes() / segmentBytes;
        this.slabs = pool.take(owner, (segmentsMax + segmentsPerSlab - 1) / segmentsPerSlab);
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
    public synchronized Segment lease() {
        if (closed || leased == segmentsMax) {
            return null;
        }
        PooledSegment segment = free;
        if (segment == null) {
            segment = cut();
        } else {
            free = segment.next;
        }
        leased++;
        segment.lend();
        return segment;
    }

    private PooledSegment cut() {
        ByteBuffer slab = slabs.get((int) (made / segmentsPerSlab));
        int offset = (int) (made % segmentsPerSlab) * segmentBytes;
        made++;
        return new PooledSegment(slab.slice(offset, segmentBytes));
    }

    private synchronized void takeBack(PooledSegment segment) {
        if (!segment.lent) {
            throw new IllegalStateException("segment released twice: owner=" + owner + " (expected: leased)");
        }
        segment.lent = false;
        segment.next = free;
        free = segment;
        leased--;
        if (closed && leased == 0) {
            giveBack();
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (leased == 0) {
                giveBack();
            }
        }
    }

    private void giveBack() {
        free = null;
        for (ByteBuffer slab : slabs) {
            pool.giveBack(slab);
        }
    }

    private final class PooledSegment implements Segment {

        private final ByteBuffer memory;
        private PooledSegment next;
        private boolean lent;

        PooledSegment(ByteBuffer memory) {
            this.memory = memory;
        }

        void lend() {
            lent = true;
            next = null;
            memory.clear().order(ByteOrder.BIG_ENDIAN); // whatever the last holder left
        }

        @Override
        public ByteBuffer memory() {
            return memory;
        }

        @Override
        public void release() {
            takeBack(this);
        }
    }
}
