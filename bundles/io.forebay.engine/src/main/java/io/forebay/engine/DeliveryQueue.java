/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.engine.RelayMemory.Account;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Blocks on their way to the local DRBD, in the order of the stream: from when they may be decompressed until its socket has
 * taken them. A ring that grows when it must. Owned by one loop.
 *
 * <pre>
 *   written ─▶ head: in the socket's queue ─▶ given: ready, or being decompressed ─▶ tail
 * </pre>
 */
final class DeliveryQueue {

    private final Account account;
    private final int blocksAtOnce;
    private Piece[] pieces = new Piece[64];
    private int[] starts = new int[64];
    private int[] lengths = new int[64];
    private int[] wireLengths = new int[64];
    private boolean[] ready = new boolean[64];
    private long head;
    private long given;
    private long tail;
    private long bytes;

    /** With how many of the largest blocks are decompressed at once. */
    DeliveryQueue(Account account, int blocksAtOnce) {
        this.account = account;
        this.blocksAtOnce = blocksAtOnce;
    }

    /**
     * Whether a block may be added: what waits for a DRBD that does not read is to wait as it came, for it takes less memory
     * compressed.
     */
    boolean admits(int length) {
        long most = Math.max(account.pieceBytes(), (long) blocksAtOnce * account.ownBlockBytesMax());
        return bytes == 0 || bytes + length <= most;
    }

    /**
     * Adds a block. Its piece stays lent until the block is written.
     *
     * @param wireLength bytes of the record that it came in
     * @param isReady whether its bytes are there
     * @return its number; the next one has the next
     */
    long add(Piece piece, int start, int length, int wireLength, boolean isReady) {
        if (tail - head == pieces.length) {
            grow();
        }
        int at = index(tail);
        pieces[at] = piece;
        starts[at] = start;
        lengths[at] = length;
        wireLengths[at] = wireLength;
        ready[at] = isReady;
        piece.lent += length;
        bytes += length;
        return tail++;
    }

    /** The bytes of so many blocks, from a number on, are there. */
    void onReady(long number, int blocks) {
        for (long one = number; one < number + blocks; one++) {
            ready[index(one)] = true;
        }
    }

    /** Whether the next block can be given to the socket. */
    boolean isNextReady() {
        return given < tail && ready[index(given)];
    }

    /** The next block, which is given to the socket; a view of its piece. */
    ByteBuffer give() {
        int at = index(given++);
        return pieces[at].range(starts[at], starts[at] + lengths[at]);
    }

    /** Whether all blocks were given to the socket. */
    boolean isAllGiven() {
        return given == tail;
    }

    /** The socket has taken so many bytes more; answers the wire bytes of the records that are through. */
    int onWritten(int count) {
        int through = 0;
        int left = count;
        bytes -= count;
        while (left > 0) {
            int at = index(head);
            int part = Math.min(left, lengths[at]);
            pieces[at].lent -= part;
            lengths[at] -= part;
            left -= part;
            if (lengths[at] == 0) {
                through += wireLengths[at];
                pieces[at] = null;
                head++;
            }
        }
        return through;
    }

    private int index(long number) {
        return (int) number & (pieces.length - 1);
    }

    /** Each half of a ring of twice the size is the old one: so each block is found under its number. */
    private void grow() {
        int size = pieces.length;
        pieces = Arrays.copyOf(pieces, 2 * size);
        System.arraycopy(pieces, 0, pieces, size, size);
        ready = Arrays.copyOf(ready, 2 * size);
        System.arraycopy(ready, 0, ready, size, size);
        starts = doubled(starts);
        lengths = doubled(lengths);
        wireLengths = doubled(wireLengths);
    }

    private static int[] doubled(int[] ring) {
        int[] twice = Arrays.copyOf(ring, 2 * ring.length);
        System.arraycopy(ring, 0, twice, ring.length, ring.length);
        return twice;
    }
}
