/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.state.ChannelType;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Packets as DRBD 8.4 builds them (agreed protocol 101: header 80 until features are exchanged, header 100 afterwards).
 *
 * <pre>
 *  dialled data:   first packet (8) | features: header (8), 16 bytes, id of the end (8), 48 bytes | ...
 *  dialled meta:   first packet (8) | receive ack: header (16), sector (8), id of the end as its block id (8), ...
 *  accepted:       the same without the first packet
 * </pre>
 */
final class Packets {

    static final int FIRST_BYTES = 8;
    static final int HEADER_80_BYTES = 8;
    static final int HEADER_100_BYTES = 16;
    static final int FEATURES_BYTES = HEADER_80_BYTES + 72;

    /** Where an end's id stands in its stream, not counting a first packet. */
    static final int ID_OFFSET = 24;

    static final int ID_BYTES = 8;

    static final int DATA = 0x00;
    static final int BARRIER = 0x03;
    static final int PING = 0x13;
    static final int PING_ACK = 0x14;
    static final int RECV_ACK = 0x15;
    static final int BARRIER_ACK = 0x1C;
    static final int FEATURES = 0xFFFE;

    private static final int MAGIC_80 = 0x83740267;
    private static final int MAGIC_100 = 0x8620EC20;
    private static final int INITIAL_META = 0xFFF1;
    private static final int INITIAL_DATA = 0xFFF2;
    private static final int PROTOCOL_MIN = 86;
    private static final int PROTOCOL_MAX = 101;
    private static final int FLAGS = 0xF;

    /** What disks hold: half of it compresses. */
    private static final byte[] DISK = disk();

    private Packets() {}

    private static byte[] disk() {
        byte[] bytes = new byte[1 << 20];
        new Random(1).nextBytes(bytes);
        for (int at = 0; at < bytes.length; at++) {
            if ((at >> 11 & 1) == 0) {
                bytes[at] = (byte) (bytes[at] & 7);
            }
        }
        return bytes;
    }

    static byte[] first(ChannelType type) {
        return header80(type == ChannelType.DATA ? INITIAL_DATA : INITIAL_META, 0)
                .array();
    }

    /** The type that a first packet announces; UNDEFINED for anything else. */
    static ChannelType typeOf(byte[] packet) {
        ByteBuffer buffer = ByteBuffer.wrap(packet);
        if (buffer.getInt(0) != MAGIC_80) {
            return ChannelType.UNDEFINED;
        }
        return switch (buffer.getShort(4) & 0xFFFF) {
            case INITIAL_DATA -> ChannelType.DATA;
            case INITIAL_META -> ChannelType.META;
            default -> ChannelType.UNDEFINED;
        };
    }

    static byte[] features(int id) {
        ByteBuffer packet = header80(FEATURES, FEATURES_BYTES - HEADER_80_BYTES);
        packet.putInt(PROTOCOL_MIN).putInt(FLAGS).putInt(PROTOCOL_MAX).putInt(0).putLong(id);
        return packet.array();
    }

    static byte[] ping() {
        return header100(PING, 0).array();
    }

    static byte[] pingAck() {
        return header100(PING_ACK, 0).array();
    }

    /** The block id is opaque to everybody but its sender. */
    static byte[] recvAck(long blockId, int sequence) {
        ByteBuffer packet = header100(RECV_ACK, 24);
        packet.putLong(8L * sequence).putLong(blockId).putInt(512).putInt(sequence);
        return packet.array();
    }

    static byte[] barrier(int number) {
        return header100(BARRIER, 8).putInt(number).array();
    }

    static byte[] barrierAck(int number) {
        return header100(BARRIER_ACK, 8).putInt(number).putInt(1).array();
    }

    static byte[] data(int sequence, int blockBytes, Random random) {
        ByteBuffer packet = header100(DATA, 24 + blockBytes);
        packet.putLong(random.nextLong() >>> 24)
                .putLong(sequence)
                .putInt(sequence)
                .putInt(0);
        packet.put(DISK, random.nextInt(DISK.length - blockBytes), blockBytes);
        return packet.array();
    }

    private static ByteBuffer header80(int command, int length) {
        return ByteBuffer.allocate(HEADER_80_BYTES + length)
                .putInt(MAGIC_80)
                .putShort((short) command)
                .putShort((short) length);
    }

    private static ByteBuffer header100(int command, int length) {
        return ByteBuffer.allocate(HEADER_100_BYTES + length)
                .putInt(MAGIC_100)
                .putShort((short) 0)
                .putShort((short) command)
                .putInt(length)
                .putInt(0);
    }
}
