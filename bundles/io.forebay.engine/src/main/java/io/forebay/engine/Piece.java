/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.Segment;
import java.nio.ByteBuffer;

/** A leased segment in a chain: filled from the front, used up from the front. Owned by one loop. */
final class Piece {

    final Segment segment;

    /** Where it was leased from. */
    final SegmentPool pool;

    /** The whole memory; its position and limit are not moved for long. */
    final ByteBuffer memory;

    private final ByteBuffer view;
    final RelayMemory.Use use;

    /** Bytes that are in. */
    int filled;

    /** Bytes of whole records that were checked, in a chain that receives. */
    int parsed;

    /** Bytes that are used up: cut, sent or delivered, as the chain means it. */
    int used;

    /** Bytes given to a socket or a worker and not yet back. */
    int lent;

    /** Position after the last byte in this piece, where the chain counts positions. */
    long endPosition;

    Piece(Segment segment, RelayMemory.Use use, SegmentPool pool) {
        this.segment = segment;
        this.pool = pool;
        this.memory = segment.memory().clear();
        this.view = memory.duplicate();
        this.use = use;
    }

    /** A view of a part of the memory, valid until the next call. */
    ByteBuffer range(int from, int to) {
        return view.limit(to).position(from);
    }

    /** The segment's size. */
    int bytes() {
        return pool.segmentBytes();
    }

    int room() {
        return memory.capacity() - filled;
    }
}
