/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/** What the two nodes told about one volume, and what their packets imply until they tell. Guarded by its observer. */
final class VolumeFacts {
    private static final int UNTOLD = -1;
    /** One bit of the bitmap stands for this many bytes, unless P_SIZES says otherwise. */
    private static final int BITMAP_BLOCK_SHIFT = 12;

    private final boolean[] told = new boolean[2];
    private final int[] word = new int[2];
    private final int[] role = new int[2];
    private final int[] connection = {UNTOLD, UNTOLD};
    private final boolean[] implied = new boolean[2];
    private final long[] dirtyBits = new long[2];
    private int bitmapBlockShift = BITMAP_BLOCK_SHIFT;

    void onState(Node node, int stateWord) {
        int own = node.ordinal();
        int other = node.peer().ordinal();
        told[own] = true;
        word[own] = stateWord;
        role[own] = StateWord.role(stateWord);
        connection[own] = StateWord.connection(stateWord);
        implied[own] = false;
        if (implied[other]) {
            connection[other] = StateWord.counterpart(connection[own]);
        }
    }

    /** A change of role that was committed cluster-wide, which no P_STATE repeats. */
    void onRole(Node node, int newRole) {
        role[node.ordinal()] = newRole;
    }

    /** A node's packets show what it is doing before, or without, its word for it. */
    void imply(Node node, int its) {
        set(node, its);
        set(node.peer(), StateWord.counterpart(its));
    }

    private void set(Node node, int its) {
        if (connection[node.ordinal()] != its) {
            connection[node.ordinal()] = its;
            implied[node.ordinal()] = true;
        }
    }

    /** A connect was committed cluster-wide (protocol 110): what stood at Off is now Established. */
    void onConnectCommitted() {
        for (Node node : Node.values()) {
            int its = connection[node.ordinal()];
            if (its != UNTOLD && its <= StateWord.CONNECTED_9) {
                set(node, StateWord.ESTABLISHED);
            }
        }
    }

    void onDirtyBits(Node node, long bits) {
        dirtyBits[node.ordinal()] = Math.max(0, bits);
    }

    void onBitmapBlockShift(int shift) {
        bitmapBlockShift = shift;
    }

    int connection(Node node) {
        return connection[node.ordinal()];
    }

    /** The larger of the two sums; the true one, of both bitmaps merged, is between it and their sum. */
    long dirtyBytes() {
        return Math.max(dirtyBits[0], dirtyBits[1]) << bitmapBlockShift;
    }

    SessionPhase phase() {
        SessionPhase one = phase(Node.LOCAL);
        SessionPhase other = phase(Node.FAR);
        SessionPhase higher = one.compareTo(other) > 0 ? one : other;
        return higher == SessionPhase.CONNECTED && one != other ? SessionPhase.REPORT_PARAMS : higher;
    }

    private SessionPhase phase(Node node) {
        boolean paused = (word[node.ordinal()] & StateWord.SYNC_PAUSED_MASK) != 0;
        return StateWord.phase(connection[node.ordinal()], paused);
    }

    SyncDirection sync() {
        int local = connection[Node.LOCAL.ordinal()];
        int far = connection[Node.FAR.ordinal()];
        if (StateWord.isSource(local) || StateWord.isTarget(far)) {
            return SyncDirection.TO_FAR;
        }
        return StateWord.isTarget(local) || StateWord.isSource(far) ? SyncDirection.FROM_FAR : SyncDirection.NONE;
    }

    VolumeSnapshot snapshot(int volume, int protocol) {
        return new VolumeSnapshot(volume, report(Node.LOCAL, protocol), report(Node.FAR, protocol));
    }

    private NodeReport report(Node node, int protocol) {
        int own = node.ordinal();
        return new NodeReport(
                role[own] == 0 && !told[own] ? "?" : StateWord.roleName(role[own]),
                StateWord.connectionName(connection[own]),
                told[own] ? StateWord.diskName(word[own], protocol) : "?");
    }
}
