/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.bab.Segment;

/**
 * A relay's memory of one segment size: the one that new segments come from, or one that retires and is closed when its last
 * segment is home. Guarded by the lock of its {@link RelayMemory}.
 */
final class SegmentPool {

    private final BabMemory memory;
    private final PlugIn<BabAllocator> allocator;
    private int out;

    /** With the allocator that the memory is from. */
    SegmentPool(BabMemory memory, PlugIn<BabAllocator> allocator) {
        this.memory = memory;
        this.allocator = allocator;
    }

    BabMemory memory() {
        return memory;
    }

    PlugIn<BabAllocator> allocator() {
        return allocator;
    }

    int segmentBytes() {
        return memory.segmentBytes();
    }

    /** Whether nothing of it is out. */
    boolean isHome() {
        return out == 0;
    }

    /** A segment; {@code null} if all are out. */
    Piece lease(RelayMemory.Use use) {
        Segment segment = memory.lease();
        if (segment == null) {
            return null;
        }
        out++;
        return new Piece(segment, use, this);
    }

    void release(Piece piece) {
        piece.segment.release();
        out--;
    }
}
