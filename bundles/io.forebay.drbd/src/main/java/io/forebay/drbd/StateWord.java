/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/**
 * The state word of P_STATE and of the mask and value of state requests.
 *
 * <pre>
 * bit  0..1   2..3         4..8         9..12   13..16       17..         18..20
 *      role   peer's role  connection   disk    peer's disk  suspended    sync paused
 * </pre>
 */
final class StateWord {
    static final int ROLE_MASK = 0x3;
    static final int CONNECTION_MASK = 0x1F0;
    static final int SYNC_PAUSED_MASK = 0x1C0000;

    static final int DISCONNECTING = 1;
    static final int CONNECTED_9 = 9;
    static final int ESTABLISHED = 10;
    static final int BITMAP_S = 13;
    static final int BITMAP_T = 14;
    static final int SYNC_SOURCE = 16;
    static final int SYNC_TARGET = 17;
    static final int VERIFY_S = 18;
    static final int VERIFY_T = 19;
    static final int PAUSED_S = 20;
    static final int PAUSED_T = 21;
    static final int AHEAD = 22;
    static final int BEHIND = 23;

    private static final int PROTOCOL_OF_DETACHING = 110;
    private static final int DETACHING = 2;
    private static final String[] ROLES = {"Unknown", "Primary", "Secondary", "?"};
    private static final String[] CONNECTIONS = {
        "StandAlone",
        "Disconnecting",
        "Unconnected",
        "Timeout",
        "BrokenPipe",
        "NetworkFailure",
        "ProtocolError",
        "TearDown",
        "WFConnection",
        "WFReportParams",
        "Connected",
        "StartingSyncS",
        "StartingSyncT",
        "WFBitMapS",
        "WFBitMapT",
        "WFSyncUUID",
        "SyncSource",
        "SyncTarget",
        "VerifyS",
        "VerifyT",
        "PausedSyncS",
        "PausedSyncT",
        "Ahead",
        "Behind"
    };
    private static final String[] DISKS = {
        "Diskless",
        "Attaching",
        "Detaching",
        "Failed",
        "Negotiating",
        "Inconsistent",
        "Outdated",
        "DUnknown",
        "Consistent",
        "UpToDate"
    };

    private StateWord() {}

    static int role(int word) {
        return word & ROLE_MASK;
    }

    static int connection(int word) {
        return (word & CONNECTION_MASK) >>> 4;
    }

    static String roleName(int role) {
        return ROLES[role];
    }

    static String connectionName(int connection) {
        return connection >= 0 && connection < CONNECTIONS.length ? CONNECTIONS[connection] : "?";
    }

    /** The sender's disk; protocol 110 inserted Detaching as 2. */
    static String diskName(int word, int protocol) {
        int disk = word >>> 9 & 0xF;
        int index = protocol < PROTOCOL_OF_DETACHING && disk >= DETACHING ? disk + 1 : disk;
        return index < DISKS.length ? DISKS[index] : "?";
    }

    /** What the peer is in when a node is in that connection state; Connected if there is no pair. */
    static int counterpart(int connection) {
        return switch (connection) {
            case BITMAP_S -> BITMAP_T;
            case BITMAP_T, 15 -> BITMAP_S;
            case SYNC_SOURCE -> SYNC_TARGET;
            case SYNC_TARGET -> SYNC_SOURCE;
            case VERIFY_S -> VERIFY_T;
            case VERIFY_T -> VERIFY_S;
            case PAUSED_S -> PAUSED_T;
            case PAUSED_T -> PAUSED_S;
            case AHEAD -> BEHIND;
            case BEHIND -> AHEAD;
            default -> connection;
        };
    }

    static boolean isSource(int connection) {
        return connection == 11 || connection == BITMAP_S || connection == SYNC_SOURCE || connection == PAUSED_S;
    }

    static boolean isTarget(int connection) {
        return connection == 12
                || connection == BITMAP_T
                || connection == 15
                || connection == SYNC_TARGET
                || connection == PAUSED_T;
    }

    static boolean isResync(int connection) {
        return isSource(connection) || isTarget(connection);
    }

    /** The phase one node's connection state stands for. */
    static SessionPhase phase(int connection, boolean paused) {
        return switch (connection) {
            case ESTABLISHED -> SessionPhase.CONNECTED;
            case 11, 12, BITMAP_S, BITMAP_T, 15 -> SessionPhase.BITMAP;
            case SYNC_SOURCE, SYNC_TARGET -> paused ? SessionPhase.PAUSED : SessionPhase.SYNC;
            case VERIFY_S, VERIFY_T -> SessionPhase.VERIFY;
            case PAUSED_S, PAUSED_T -> SessionPhase.PAUSED;
            case AHEAD, BEHIND -> SessionPhase.AHEAD;
            default -> SessionPhase.REPORT_PARAMS;
        };
    }
}
