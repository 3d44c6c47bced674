/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A leased segment, or a slice of one, in a chain: filled from the front, used up from the front. Owned by one loop, or by its pool. */
final class Piece {

    /** Where a piece goes when nobody needs it any more. Called with the lock of the {@link RelayMemory} held. */
    interface Home {
        void takeBack(Piece piece);
    }

    /** The whole memory; its position and limit are not moved for long. */
    ByteBuffer memory;

    /** What it is for; {@code null} while it is at home. */
    RelayMemory.Use use;

    /** Where it was leased from; {@code null} if it is the engine's own. */
    Home home;

    /** Whether its channel gets no other of this use while it has this one: it was kept back for it, and nothing else is free. */
    boolean last;

    private Segment segment;
    private SliceShelf.Cut cut;
    private ByteBuffer view;

    /** A view for each worker that was ever at it. */
    private ByteBuffer[] views = {};

    private final int bytes;

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

    /** A plug-in's segment and its memory; or memory without a segment: a slice of one, or the engine's own. */
    Piece(Segment segment, ByteBuffer memory) {
        this.segment = segment;
        this.memory = memory;
        this.view = memory == null ? null : memory.duplicate();
        this.bytes = memory == null ? 0 : memory.capacity();
    }

    /** It goes out, as if it were new. */
    Piece lend(RelayMemory.Use to, Home from) {
        use = to;
        home = from;
        memory.clear();
        filled = 0;
        parsed = 0;
        used = 0;
        lent = 0;
        endPosition = 0;
        last = false;
        return this;
    }

    /** It goes back to the plug-in: whoever still knows the piece must not keep the plug-in with it. */
    void leave() {
        if (cut != null) {
            cut.leave();
        }
        segment = null;
        memory = null;
        view = null;
        views = null;
        cut = null;
        home = null;
    }

    /** Itself, cut into the slices of a shelf. */
    SliceShelf.Cut cutFor(SliceShelf shelf) {
        if (cut == null || !cut.isOf(shelf)) {
            cut = shelf.new Cut(this);
        }
        return cut;
    }

    Segment segment() {
        return segment;
    }

    /** A view of a part of the memory, valid until the next call. */
    ByteBuffer range(int from, int to) {
        return view.limit(to).position(from);
    }

    /**
     * The whole memory for a worker, which has a slot that no other has at the same time: the loop moves the positions of its own
     * buffers meanwhile.
     */
    ByteBuffer viewFor(int slot) {
        if (slot >= views.length) {
            views = Arrays.copyOf(views, slot + 1);
        }
        if (views[slot] == null) {
            views[slot] = memory.duplicate();
        }
        return views[slot].clear().order(ByteOrder.BIG_ENDIAN); // a codec may have left it otherwise
    }

    /** Its size. */
    int bytes() {
        return bytes;
    }

    int room() {
        return memory.capacity() - filled;
    }
}
