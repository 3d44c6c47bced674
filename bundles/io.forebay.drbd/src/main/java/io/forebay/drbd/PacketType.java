/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import static io.forebay.drbd.PacketClass.ACK;
import static io.forebay.drbd.PacketClass.BAK;
import static io.forebay.drbd.PacketClass.BAR;
import static io.forebay.drbd.PacketClass.BM;
import static io.forebay.drbd.PacketClass.CFG;
import static io.forebay.drbd.PacketClass.DAT;
import static io.forebay.drbd.PacketClass.HINT;
import static io.forebay.drbd.PacketClass.HS;
import static io.forebay.drbd.PacketClass.KA;
import static io.forebay.drbd.PacketClass.NAK;
import static io.forebay.drbd.PacketClass.OTHER;
import static io.forebay.drbd.PacketClass.RSD;
import static io.forebay.drbd.PacketClass.RSQ;
import static io.forebay.drbd.PacketClass.TWO_PHASE;
import static io.forebay.drbd.PacketClass.VER;
import static io.forebay.drbd.PacketType.Place.BOTH;
import static io.forebay.drbd.PacketType.Place.DATA;
import static io.forebay.drbd.PacketType.Place.META;

/**
 * The packet types of DRBD 8.3 to 9.3 and bsr 1.7: command, socket, class, and the limits of the payload. Where bsr
 * gave a number of DRBD 9 another meaning there are two types; command, socket and length together tell which.
 */
public enum PacketType {
    P_DATA(0x00, DATA, DAT, 24, PacketType.BULK),
    P_DATA_REPLY(0x01, DATA, DAT, 24, PacketType.BULK),
    P_RS_DATA_REPLY(0x02, DATA, RSD, 24, PacketType.BULK),
    P_BARRIER(0x03, DATA, BAR, 8),
    P_BITMAP(0x04, DATA, BM, 0, 4096),
    P_UNPLUG_REMOTE(0x07, DATA, HINT, 0),
    P_DATA_REQUEST(0x08, DATA, DAT, 24),
    P_RS_DATA_REQUEST(0x09, DATA, RSQ, 24),
    P_SYNC_PARAM(0x0A, DATA, CFG, 4, 156),
    P_PROTOCOL(0x0B, DATA, HS, 24, 88),
    P_UUIDS(0x0C, DATA, CFG, 48),
    P_SIZES(0x0D, DATA, CFG, 32, 56),
    P_STATE(0x0E, DATA, CFG, 4),
    P_SYNC_UUID(0x0F, DATA, CFG, 8),
    P_AUTH_CHALLENGE(0x10, DATA, HS, 64, 128),
    P_AUTH_RESPONSE(0x11, DATA, HS, 1, 128),
    P_STATE_CHG_REQ(0x12, DATA, CFG, 8),
    P_PING(0x13, META, KA, 0),
    P_PING_ACK(0x14, META, KA, 0),
    P_RECV_ACK(0x15, META, ACK, 24),
    P_WRITE_ACK(0x16, META, ACK, 24),
    P_RS_WRITE_ACK(0x17, META, ACK, 24),
    P_SUPERSEDED(0x18, META, ACK, 24),
    P_NEG_ACK(0x19, META, NAK, 24),
    P_NEG_DREPLY(0x1A, META, NAK, 24),
    P_NEG_RS_DREPLY(0x1B, META, NAK, 24),
    P_BARRIER_ACK(0x1C, META, BAK, 8),
    P_STATE_CHG_REPLY(0x1D, META, CFG, 4),
    P_OV_REQUEST(0x1E, DATA, VER, 24),
    P_OV_REPLY(0x1F, DATA, VER, 24, 88),
    P_OV_RESULT(0x20, META, VER, 24),
    P_CSUM_RS_REQUEST(0x21, DATA, RSQ, 24, 88),
    P_RS_IS_IN_SYNC(0x22, META, ACK, 24),
    P_SYNC_PARAM89(0x23, DATA, CFG, 132, 156),
    P_COMPRESSED_BITMAP(0x24, DATA, BM, 2, 4096),
    P_DELAY_PROBE(0x27, BOTH, HINT, 8),
    P_OUT_OF_SYNC(0x28, DATA, RSD, 16),
    P_RS_CANCEL(0x29, META, NAK, 24),
    P_CONN_ST_CHG_REQ(0x2A, DATA, CFG, 8),
    P_CONN_ST_CHG_REPLY(0x2B, META, CFG, 4),
    P_RETRY_WRITE(0x2C, META, ACK, 24),
    P_PROTOCOL_UPDATE(0x2D, DATA, CFG, 24, 88),
    P_TWOPC_PREPARE(0x2E, DATA, TWO_PHASE, 36),
    P_TWOPC_ABORT(0x2F, DATA, TWO_PHASE, 36),
    P_DAGTAG(0x30, DATA, CFG, 8),
    P_TRIM(0x31, DATA, DAT, 28),
    P_RS_THIN_REQ(0x32, DATA, RSQ, 24),
    P_RS_DEALLOCATED(0x33, DATA, RSD, 16),
    P_WSAME(0x34, DATA, DAT, 28, PacketType.BULK),
    P_TWOPC_PREP_RSZ(0x35, DATA, TWO_PHASE, 36),
    P_ZEROES(0x36, DATA, DAT, 28),
    P_PEER_ACK(0x40, META, ACK, 16),
    P_PEERS_IN_SYNC(0x41, META, CFG, 24),
    P_UUIDS110(0x42, DATA, CFG, 40, 40 + 8 * (64 + 32)),
    P_PEER_DAGTAG(0x43, DATA, CFG, 12),
    P_CURRENT_UUID(0x44, DATA, CFG, 16),
    P_TWOPC_YES(0x45, META, TWO_PHASE, 32),
    P_TWOPC_NO(0x46, META, TWO_PHASE, 32),
    P_TWOPC_COMMIT(0x47, DATA, TWO_PHASE, 36),
    P_TWOPC_RETRY(0x48, META, TWO_PHASE, 32),
    P_CONFIRM_STABLE(0x49, META, BAK, 24, 24, Dialect.DRBD_9),
    P_BM_EXCHANGE_STATE(0x49, DATA, BM, 8, 8, Dialect.BSR),
    P_RS_CANCEL_AHEAD(0x4A, META, NAK, 24),
    P_DISCONNECT(0x4B, DATA, CFG, 0),
    P_RS_DAGTAG_REQ(0x4C, DATA, RSQ, 32),
    P_RS_CSUM_DAGTAG_REQ(0x4D, DATA, RSQ, 32, 96),
    P_RS_THIN_DAGTAG_REQ(0x4E, DATA, RSQ, 32),
    P_OV_DAGTAG_REQ(0x4F, DATA, VER, 32),
    P_OV_DAGTAG_REPLY(0x50, DATA, VER, 32, 96, Dialect.DRBD_9),
    P_UUID_ACK(0x50, META, CFG, 0, 0, Dialect.BSR),
    P_WRITE_ACK_IN_SYNC(0x51, META, ACK, 24, 24, Dialect.DRBD_9),
    P_RS_WRITE116_ACK(0x51, META, ACK, 28, 28, Dialect.BSR),
    P_RS_NEG_ACK(0x52, META, NAK, 24),
    P_OV_RESULT_ID(0x53, META, VER, 32),
    P_RS_DEALLOCATED_ID(0x54, DATA, RSD, 24),
    P_FLUSH_REQUESTS(0x55, DATA, CFG, 8),
    P_FLUSH_FORWARD(0x56, META, CFG, 12),
    P_FLUSH_REQUESTS_ACK(0x57, DATA, CFG, 12),
    P_ENABLE_REPLICATION_NEXT(0x58, DATA, CFG, 4),
    P_ENABLE_REPLICATION(0x59, DATA, CFG, 4),
    P_INITIAL_META(0xFFF1, META, HS, 0),
    P_INITIAL_DATA(0xFFF2, DATA, HS, 0),
    /** bsr 118. */
    P_NODE_FEATURES(0xFFFD, DATA, HS, 64, 64, Dialect.BSR),
    /** On the meta socket only from bsr 117 on. */
    P_CONNECTION_FEATURES(0xFFFE, BOTH, HS, 72),
    /** All commands that are in no table, together. */
    UNKNOWN(-1, BOTH, OTHER, 0, PacketType.BULK);

    /** On which sockets a packet type belongs. */
    enum Place {
        DATA,
        META,
        BOTH
    }

    /** The payload is bounded only by what the scanner was told to accept. */
    private static final int BULK = -1;

    private static final PacketType[] VALUES = values();
    /** The last command below the high ones, which have their own cases. */
    private static final int LOW_COMMAND_MAX = 0x59;
    /** First meaning of each low command; a second one, if any, is the next constant. */
    private static final PacketType[] LOW_COMMANDS = new PacketType[LOW_COMMAND_MAX + 1];

    static {
        for (int i = VALUES.length - 1; i >= 0; i--) {
            PacketType type = VALUES[i];
            if (type.command >= 0 && type.command <= LOW_COMMAND_MAX) {
                LOW_COMMANDS[type.command] = type;
            }
        }
    }

    private final int command;
    private final Place place;
    private final PacketClass packetClass;
    private final int payloadBytesMin;
    private final int payloadBytesMax;
    private final Dialect dialect;

    PacketType(int command, Place place, PacketClass packetClass, int payloadBytes) {
        this(command, place, packetClass, payloadBytes, payloadBytes);
    }

    PacketType(int command, Place place, PacketClass packetClass, int payloadBytesMin, int payloadBytesMax) {
        this(command, place, packetClass, payloadBytesMin, payloadBytesMax, Dialect.UNKNOWN);
    }

    PacketType(
            int command,
            Place place,
            PacketClass packetClass,
            int payloadBytesMin,
            int payloadBytesMax,
            Dialect dialect) {
        this.command = command;
        this.place = place;
        this.packetClass = packetClass;
        this.payloadBytesMin = payloadBytesMin;
        this.payloadBytesMax = payloadBytesMax;
        this.dialect = dialect;
    }

    /**
     * The type of a packet. If no meaning of the command fits the socket and the length, the one that fits best is
     * returned, so that the caller can say what is wrong with it.
     *
     * @param command 0 to 0xFFFF
     * @param socket where the packet was seen
     * @param payloadBytes its payload length
     */
    public static PacketType of(int command, SocketType socket, long payloadBytes) {
        if (command < 0 || command > LOW_COMMAND_MAX) {
            return switch (command) {
                case 0xFFF1 -> P_INITIAL_META;
                case 0xFFF2 -> P_INITIAL_DATA;
                case 0xFFFD -> P_NODE_FEATURES;
                case 0xFFFE -> P_CONNECTION_FEATURES;
                default -> UNKNOWN;
            };
        }
        PacketType type = LOW_COMMANDS[command];
        if (type == null) {
            return UNKNOWN;
        }
        if (type.dialect == Dialect.UNKNOWN) {
            return type;
        }
        PacketType second = VALUES[type.ordinal() + 1];
        return second.fitness(socket, payloadBytes) > type.fitness(socket, payloadBytes) ? second : type;
    }

    /** The length weighs more: a packet on the wrong socket can be passed, one of a wrong length is no packet. */
    private int fitness(SocketType socket, long payloadBytes) {
        boolean fits = payloadBytes >= payloadBytesMin && payloadBytes <= payloadBytesMax;
        return (fits ? 2 : 0) + (belongsOn(socket) ? 1 : 0);
    }

    /** The number on the wire, 0 to 0xFFFF; -1 for {@link #UNKNOWN}. */
    public int command() {
        return command;
    }

    /** What the packet is for. */
    public PacketClass packetClass() {
        return packetClass;
    }

    /** Whether any dialect sends it on that socket. */
    public boolean belongsOn(SocketType socket) {
        return place == Place.BOTH || (place == Place.DATA) == (socket == SocketType.DATA);
    }

    /** The smallest payload in bytes. */
    public int payloadBytesMin() {
        return payloadBytesMin;
    }

    /**
     * The largest payload in bytes.
     *
     * @param bulkBytesMax what to accept of types which carry blocks, and of unknown ones
     */
    public int payloadBytesMax(int bulkBytesMax) {
        return payloadBytesMax == BULK ? bulkBytesMax : payloadBytesMax;
    }

    /** Whether all packets of the type have the same length. */
    public boolean fixedLength() {
        return payloadBytesMin == payloadBytesMax;
    }

    /** The only dialect that has this type, or {@link Dialect#UNKNOWN} if several may. */
    public Dialect dialect() {
        return dialect;
    }
}
