/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/** Which packets a scanner looks into or tells its listener about, and how many payload bytes that takes. */
enum Interest {
    /** Counted by its header alone. */
    NONE(0),
    /** Every one is told. */
    TOLD(0),
    TOLD_4(4),
    TOLD_8(8),
    TOLD_16(16),
    TOLD_36(36),
    TOLD_40(40),
    TOLD_56(56),
    TOLD_72(72),
    /** The first one of a run is told. */
    TOLD_ONCE(0),
    /** A resync block without data: its size is at offset 8. */
    SIZE_AT_8(12),
    /** A resync block without data: its size is at offset 16. */
    SIZE_AT_16(20);

    /** The most any of them takes. */
    static final int HEAD_BYTES_MAX = 72;

    private static final Interest[] BY_TYPE = new Interest[PacketType.values().length];

    static {
        for (PacketType type : PacketType.values()) {
            BY_TYPE[type.ordinal()] = table(type);
        }
    }

    final int headBytes;

    Interest(int headBytes) {
        this.headBytes = headBytes;
    }

    static Interest in(PacketType type) {
        return BY_TYPE[type.ordinal()];
    }

    private static Interest table(PacketType type) {
        return switch (type) {
            case P_INITIAL_DATA,
                    P_INITIAL_META,
                    P_NODE_FEATURES,
                    P_AUTH_CHALLENGE,
                    P_AUTH_RESPONSE,
                    P_SYNC_UUID,
                    P_DISCONNECT,
                    P_PING,
                    P_PING_ACK -> TOLD;
            case P_STATE, P_PROTOCOL, P_PROTOCOL_UPDATE, P_STATE_CHG_REPLY, P_CONN_ST_CHG_REPLY -> TOLD_4;
            case P_STATE_CHG_REQ, P_CONN_ST_CHG_REQ -> TOLD_8;
            case P_UUIDS110 -> TOLD_16;
            case P_TWOPC_PREPARE, P_TWOPC_ABORT, P_TWOPC_COMMIT -> TOLD_36;
            case P_UUIDS -> TOLD_40;
            case P_SIZES -> TOLD_56;
            case P_CONNECTION_FEATURES -> TOLD_72;
            case P_BITMAP,
                    P_COMPRESSED_BITMAP,
                    P_RS_DATA_REQUEST,
                    P_RS_THIN_REQ,
                    P_CSUM_RS_REQUEST,
                    P_RS_DAGTAG_REQ,
                    P_RS_THIN_DAGTAG_REQ,
                    P_RS_CSUM_DAGTAG_REQ,
                    P_OV_REQUEST,
                    P_OV_DAGTAG_REQ -> TOLD_ONCE;
            case P_RS_DEALLOCATED -> SIZE_AT_8;
            case P_RS_DEALLOCATED_ID, P_RS_IS_IN_SYNC -> SIZE_AT_16;
            default -> NONE;
        };
    }
}
