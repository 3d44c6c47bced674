/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.direct;

import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.NativeMemory;
import io.forebay.api.bab.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The chunks of one owner, cut into segments. Every field is guarded by this object's lock. */
final class DirectBabMemory implements BabMemory {

    /** Segments start on pages, so that two never share a cache line or a page. */
    private static final int PAGE_BYTES = 4096;

    private static final int CHUNK_BYTES = 1 << 20;

    private final DirectBabAllocator allocator;
    private final String owner;
    private final int segmentBytes;
    private final long segmentsMax;

    private DirectSegment free;
    private Chunk newest;
    private long made;
    private long leased;
    private boolean closed;

    DirectBabMemory(DirectBabAllocator allocator, String owner, long limitBytes, int segmentBytes) {
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

    /** The limit and what is lost to alignment: one page in each chunk. */
    long chunkBytesMax() {
        long chunks = (limitBytes() + CHUNK_BYTES - 1) / CHUNK_BYTES;
        return limitBytes() + chunks * PAGE_BYTES;
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
        DirectSegment segment = free;
        if (segment != null) {
            free = segment.next;
            segment.next = null;
        } else {
            segment = cut();
            if (segment == null) {
                return null;
            }
        }
        leased++;
        segment.lend();
        return segment;
    }

    private DirectSegment cut() {
        if (newest == null || newest.cutBytes == newest.room.capacity()) {
            int bytes = (int) Math.min(CHUNK_BYTES, (segmentsMax - made) * segmentBytes);
            int chunkBytes = bytes + PAGE_BYTES;
            if (!allocator.reserve(chunkBytes)) {
                return null;
            }
            Chunk chunk = null;
            try {
                chunk = new Chunk(chunkBytes, bytes, newest);
            } finally {
                if (chunk == null) {
                    allocator.onFreed(chunkBytes);
                }
            }
            newest = chunk;
        }
        DirectSegment segment = new DirectSegment(newest, newest.room.slice(newest.cutBytes, segmentBytes));
        newest.cutBytes += segmentBytes;
        made++;
        return segment;
    }

    private synchronized void giveBack(DirectSegment segment) {
        if (!segment.lent) {
            throw new IllegalStateException("segment released twice: owner=" + owner + " (expected: leased)");
        }
        segment.lent = false;
        segment.chunk.lent--;
        leased--;
        if (!closed) {
            segment.next = free;
            free = segment;
            return;
        }
        if (segment.chunk.lent == 0) {
            segment.chunk.free();
        }
        if (leased == 0) {
            allocator.takeBack(chunkBytesMax());
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        free = null;
        for (Chunk chunk = newest; chunk != null; chunk = chunk.older) {
            if (chunk.lent == 0) {
                chunk.free();
            }
        }
        newest = null;
        if (leased == 0) {
            allocator.takeBack(chunkBytesMax());
        }
    }

    /** One allocation of the JVM. */
    private final class Chunk {

        private final ByteBuffer allocation;
        private final ByteBuffer room;
        private final Chunk older;
        private int cutBytes;
        private int lent;

        Chunk(int chunkBytes, int roomBytes, Chunk older) {
            allocation = ByteBuffer.allocateDirect(chunkBytes);
            ByteBuffer aligned = allocation.alignedSlice(PAGE_BYTES);
            room = aligned.slice(0, roomBytes);
            this.older = older;
        }

        void free() {
            int bytes = allocation.capacity();
            NativeMemory.free(allocation);
            allocator.onFreed(bytes);
        }
    }

    private final class DirectSegment implements Segment {

        private final Chunk chunk;
        private final ByteBuffer buffer;
        private DirectSegment next;
        private boolean lent;

        DirectSegment(Chunk chunk, ByteBuffer buffer) {
            this.chunk = chunk;
            this.buffer = buffer;
        }

        void lend() {
            lent = true;
            chunk.lent++;
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
