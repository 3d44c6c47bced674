/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.nio.ByteBuffer;

/**
 * A two-phase-commit request (DRBD 9 protocol 110), as far as it tells the state of a connection.
 *
 * <pre>
 *            0    4                  8         10         11      12     20     28    32    36
 * version 1  tid  initiator          target                       reach  masks  mask  value
 * version 2  tid  flags, top bit 1   pad       initiator  target  reach  masks  mask  value
 * </pre>
 *
 * @param tid tells requests apart
 * @param initiator id of the node that asks
 * @param target id of the node that is meant; -1 none
 * @param mask which fields of the state word change
 * @param value to what
 */
record TwoPhaseRequest(int tid, int initiator, int target, int mask, int value) {
    private static final int FLAG_2PC_V2 = 32;

    /** Reads one, in the layout which the flags agreed by both nodes choose. */
    static TwoPhaseRequest read(ByteBuffer head, int agreedFlags) {
        boolean second = (agreedFlags & FLAG_2PC_V2) != 0 && BigEndian.i32(head, 4) < 0;
        return new TwoPhaseRequest(
                BigEndian.i32(head, 0),
                second ? head.get(10) : BigEndian.i32(head, 4),
                second ? head.get(11) : BigEndian.i32(head, 8),
                BigEndian.i32(head, 28),
                BigEndian.i32(head, 32));
    }

    boolean connects() {
        return sets(StateWord.CONNECTED_9);
    }

    boolean disconnects() {
        return sets(StateWord.DISCONNECTING);
    }

    private boolean sets(int connection) {
        return (mask & StateWord.CONNECTION_MASK) != 0 && StateWord.connection(value) == connection;
    }

    boolean changesRole() {
        return (mask & StateWord.ROLE_MASK) != 0;
    }

    /** Whether it concerns the connection of these two nodes, not that of a third one. */
    boolean isBetween(int one, int other) {
        return target == -1 || initiator == one && target == other || initiator == other && target == one;
    }
}
