/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.ArrayDeque;

/**
 * Segments of one pool cut into slices of one size, for channels that share a memory with many others. A segment is cut when no
 * slice is free, and goes home whole when all its slices have. Guarded by the lock of its {@link RelayMemory}.
 */
final class SliceShelf {

    private final SegmentPool pool;
    private final int sliceBytes;

    /** Segments with free slices; the one that lent last comes first. */
    private final ArrayDeque<Cut> open = new ArrayDeque<>();

    private int free;

    SliceShelf(SegmentPool pool, int sliceBytes) {
        this.pool = pool;
        this.sliceBytes = sliceBytes;
    }

    int sliceBytes() {
        return sliceBytes;
    }

    /** Bytes of slices that are free. */
    long freeBytes() {
        return (long) free * sliceBytes;
    }

    /** A slice; {@code null} if none is free and the pool has no segment in stock. */
    Piece lease(RelayMemory.Use use) {
        Cut cut = open.peek();
        if (cut == null) {
            Piece segment = pool.lease(use);
            if (segment == null) {
                return null;
            }
            cut = segment.cutFor(this);
            open.push(cut);
            free += cut.free.size();
        }
        Piece slice = cut.free.poll();
        free--;
        if (cut.free.isEmpty()) {
            open.remove(cut);
        }
        return slice.lend(use, cut);
    }

    /** A segment that is cut. Kept with it, so that it need not be cut anew each time. */
    final class Cut implements Piece.Home {
        private final Piece segment;
        private final int slices;
        private final ArrayDeque<Piece> free = new ArrayDeque<>();

        Cut(Piece segment) {
            this.segment = segment;
            this.slices = segment.bytes() / sliceBytes;
            for (int i = 0; i < slices; i++) {
                free.add(new Piece(null, segment.memory.slice(i * sliceBytes, sliceBytes)));
            }
        }

        boolean isOf(SliceShelf shelf) {
            return shelf == SliceShelf.this;
        }

        @Override
        public void takeBack(Piece slice) {
            if (free.isEmpty()) {
                open.push(this);
            }
            free.push(slice);
            SliceShelf.this.free++;
            if (free.size() == slices) {
                open.remove(this);
                SliceShelf.this.free -= slices;
                segment.use = null;
                pool.takeBack(segment);
            }
        }

        /** The segment goes back to the plug-in, and with it all its slices. */
        void leave() {
            free.forEach(Piece::leave);
        }
    }
}
