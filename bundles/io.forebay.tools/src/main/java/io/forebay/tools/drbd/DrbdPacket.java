/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes of the packets that the stand-in peers send, as DRBD 8.4.12 sends them at protocol 101. All integers are
 * unsigned and big-endian, but for the barrier number, which travels in its sender's native order.
 *
 * <pre>
 *  header 80 (8 bytes)          header 100 (16 bytes)        P_DATA sub-header (24 bytes)
 *   0  83 74 02 67               0  86 20 EC 20               0  sector u64 (of 512 bytes)
 *   4  command u16               4  volume u16                8  block id u64
 *   6  length u16                6  command u16              16  sequence u32
 *                                8  length u32               20  flags u32 (none: protocol A)
 *                               12  pad u32, zero            24  the block
 * </pre>
 *
 * The first packet and the features use header 80, all others header 100 on volume 0. Every method puts one packet at
 * the buffer's position and leaves the position behind it.
 */
public final class DrbdPacket {
    static final int MAGIC_80 = 0x83740267;
    static final int MAGIC_100 = 0x8620EC20;
    static final int HEADER_80_BYTES = 8;
    static final int HEADER_100_BYTES = 16;
    static final int DATA_SUB_HEADER_BYTES = 24;
    public static final int SECTOR_BYTES = 512;
    public static final int WRITE_BYTES_MAX = 1 << 20;
    static final int PROTOCOL_MIN = 86;
    static final int PROTOCOL_MAX = 101;
    static final int REPLICATION_PROTOCOL_A = 1;
    static final int PROTOCOL_BYTES_MIN = 25;

    private static final int FEATURE_FLAGS = 0xF; // TRIM, THIN_RESYNC, WSAME, WZEROES
    private static final int ALGORITHM_NAMES_BYTES = 128;
    private static final long CURRENT_UUID = 0x1111111111111110L;
    private static final int CONN_DISCONNECTING = 1;
    private static final int CONN_WF_REPORT_PARAMS = 9;
    private static final int CONN_CONNECTED = 10;
    private static final int CONN_MASK = 31;
    private static final int DISK_UNKNOWN = 6;
    private static final int DISK_UP_TO_DATE = 8;
    static final int ROLE_UNKNOWN = 0;
    static final int ROLE_PRIMARY = 1;
    static final int ROLE_SECONDARY = 2;

    private DrbdPacket() {}

    static void initial(ByteBuffer to, DrbdCommand command) {
        header80(to, command, 0);
    }

    static void features(ByteBuffer to) {
        header80(to, DrbdCommand.FEATURES, 72);
        to.putInt(PROTOCOL_MIN).putInt(FEATURE_FLAGS).putInt(PROTOCOL_MAX).put(new byte[60]);
    }

    static void protocolA(ByteBuffer to) {
        header100(to, DrbdCommand.PROTOCOL, PROTOCOL_BYTES_MIN);
        to.putInt(REPLICATION_PROTOCOL_A).put(new byte[20]).put((byte) 0); // default policies, no integrity algorithm
    }

    static void syncParam(ByteBuffer to) {
        header100(to, DrbdCommand.SYNC_PARAM89, 148);
        to.putInt(250).put(new byte[ALGORITHM_NAMES_BYTES]);
        to.putInt(20).putInt(10).putInt(100).putInt(102400); // DRBD's defaults of the resync controller
    }

    static void sizes(ByteBuffer to, long deviceBytes) {
        long sectors = deviceBytes / SECTOR_BYTES;
        header100(to, DrbdCommand.SIZES, 56);
        to.putLong(sectors).putLong(0).putLong(sectors);
        to.putInt(WRITE_BYTES_MAX).putShort((short) 0).putShort((short) 0);
        to.putInt(4096).putInt(SECTOR_BYTES).putInt(0).putInt(4096).putInt(1).putInt(0);
    }

    static void uuids(ByteBuffer to) {
        header100(to, DrbdCommand.UUIDS, 48);
        to.putLong(CURRENT_UUID).put(new byte[40]); // same generation, nothing out of sync: no resync follows
    }

    static void stateReporting(ByteBuffer to, int role) {
        state(to, role, ROLE_UNKNOWN, CONN_WF_REPORT_PARAMS, DISK_UNKNOWN);
    }

    static void stateConnected(ByteBuffer to, int role, int peerRole) {
        state(to, role, peerRole, CONN_CONNECTED, DISK_UP_TO_DATE);
    }

    private static void state(ByteBuffer to, int role, int peerRole, int conn, int peerDisk) {
        header100(to, DrbdCommand.STATE, 4);
        to.putInt(role | peerRole << 2 | conn << 4 | DISK_UP_TO_DATE << 9 | peerDisk << 13);
    }

    static int connectionOf(int state) {
        return state >> 4 & CONN_MASK;
    }

    static boolean isConnected(int state) {
        return connectionOf(state) == CONN_CONNECTED;
    }

    /** The headers of a write; the block follows. */
    static void data(ByteBuffer to, long sector, long blockId, int sequence, int blockBytes) {
        header100(to, DrbdCommand.DATA, DATA_SUB_HEADER_BYTES + blockBytes);
        to.putLong(sector).putLong(blockId).putInt(sequence).putInt(0);
    }

    static void barrier(ByteBuffer to, int barrier) {
        header100(to, DrbdCommand.BARRIER, 8);
        to.order(ByteOrder.nativeOrder())
                .putInt(barrier)
                .order(ByteOrder.BIG_ENDIAN)
                .putInt(0);
    }

    /** Acknowledges an epoch; {@code barrier} is read in native order, so that its bytes are echoed. */
    static void barrierAck(ByteBuffer to, int barrier, int writes) {
        header100(to, DrbdCommand.BARRIER_ACK, 8);
        to.order(ByteOrder.nativeOrder())
                .putInt(barrier)
                .order(ByteOrder.BIG_ENDIAN)
                .putInt(writes);
    }

    static void ping(ByteBuffer to) {
        header100(to, DrbdCommand.PING, 0);
    }

    static void pingAck(ByteBuffer to) {
        header100(to, DrbdCommand.PING_ACK, 0);
    }

    static void disconnectRequest(ByteBuffer to) {
        header100(to, DrbdCommand.CONN_ST_CHG_REQ, 8);
        to.putInt(CONN_MASK << 4).putInt(CONN_DISCONNECTING << 4);
    }

    static void disconnectReply(ByteBuffer to) {
        header100(to, DrbdCommand.CONN_ST_CHG_REPLY, 4);
        to.putInt(1); // success
    }

    private static void header80(ByteBuffer to, DrbdCommand command, int payloadBytes) {
        to.putInt(MAGIC_80).putShort((short) command.code()).putShort((short) payloadBytes);
    }

    private static void header100(ByteBuffer to, DrbdCommand command, int payloadBytes) {
        to.putInt(MAGIC_100).putShort((short) 0).putShort((short) command.code());
        to.putInt(payloadBytes).putInt(0);
    }
}
