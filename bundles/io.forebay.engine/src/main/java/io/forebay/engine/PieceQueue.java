/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.function.Predicate;

/** The pieces of a chain in the order of its stream: a ring that is walked by index, because iterators are garbage. */
final class PieceQueue {

    private Piece[] ring = new Piece[16];
    private int head;
    private int size;

    int size() {
        return size;
    }

    /** The one at a place, 0 being the first; there must be one. */
    Piece get(int place) {
        return ring[(head + place) & (ring.length - 1)];
    }

    /** {@code null} if there is none. */
    Piece first() {
        return size == 0 ? null : get(0);
    }

    /** {@code null} if there is none. */
    Piece last() {
        return size == 0 ? null : get(size - 1);
    }

    void add(Piece piece) {
        if (size == ring.length) {
            Piece[] twice = new Piece[2 * size];
            for (int i = 0; i < size; i++) {
                twice[i] = get(i);
            }
            ring = twice;
            head = 0;
        }
        ring[(head + size++) & (ring.length - 1)] = piece;
    }

    /** There must be one. */
    Piece removeFirst() {
        Piece first = ring[head];
        ring[head] = null;
        head = (head + 1) & (ring.length - 1);
        size--;
        return first;
    }

    /** Asks for each, in order, whether it is to go. */
    void removeIf(Predicate<Piece> goes) {
        for (int i = size; i > 0; i--) {
            Piece piece = removeFirst();
            if (!goes.test(piece)) {
                add(piece);
            }
        }
    }
}
