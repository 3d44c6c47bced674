/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit.drbd;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The few packets that the stand-ins say, as DRBD 8.4 does at protocol 101. All integers are big-endian.
 *
 * <pre>
 *  header 80 (8 bytes)          header 100 (16 bytes)        P_DATA sub-header (24 bytes)
 *   0  83 74 02 67               0  86 20 EC 20               0  sector u64 (of 512 bytes)
 *   4  command u16               4  volume u16                8  block id u64
 *   6  length u16                6  command u16              16  sequence u32
 *                                8  length u32               20  flags u32
 *                               12  pad u32, zero            24  the block
 * </pre>
 */
final class StandInPacket {

    static final int HEADER_80_BYTES = 8;
    static final int HEADER_100_BYTES = 16;
    static final int DATA_HEADER_BYTES = 24;
    static final int SECTOR_BYTES = 512;

    static final int DATA = 0x00;
    static final int PING = 0x13;
    static final int PING_ACK = 0x14;
    static final int INITIAL_META = 0xFFF1;
    static final int INITIAL_DATA = 0xFFF2;
    static final int FEATURES = 0xFFFE;

    private static final int MAGIC_80 = 0x83740267;
    private static final int MAGIC_100 = 0x8620EC20;
    private static final int FEATURES_BYTES = 72;
    private static final int PROTOCOL_MIN = 86;
    private static final int PROTOCOL_MAX = 101;

    private StandInPacket() {}

    static byte[] initial(int command) {
        return header80(command, 0).array();
    }

    static byte[] features() {
        return header80(FEATURES, FEATURES_BYTES)
                .putInt(PROTOCOL_MIN)
                .putInt(0)
                .putInt(PROTOCOL_MAX)
                .array();
    }

    /** A packet of nothing but its header. */
    static byte[] bare(int command) {
        byte[] packet = new byte[HEADER_100_BYTES];
        header100(ByteBuffer.wrap(packet), command, 0);
        return packet;
    }

    static void header100(ByteBuffer to, int command, int payloadBytes) {
        to.putInt(MAGIC_100).putShort((short) 0).putShort((short) command);
        to.putInt(payloadBytes).putInt(0);
    }

    private static ByteBuffer header80(int command, int payloadBytes) {
        return ByteBuffer.allocate(HEADER_80_BYTES + payloadBytes)
                .putInt(MAGIC_80)
                .putShort((short) command)
                .putShort((short) payloadBytes);
    }

    /** Reads a packet of the old form, which must be this one, with its payload. */
    static void expect80(DataInputStream in, int command) throws IOException {
        int magic = in.readInt();
        int actual = in.readUnsignedShort();
        if (magic != MAGIC_80 || actual != command) {
            throw new IOException(
                    "first packets wrong: magic=0x%x, command=0x%x (expected: 0x%x)".formatted(magic, actual, command));
        }
        in.readFully(new byte[in.readUnsignedShort()]);
    }

    /** Reads a header 100, and answers its command; its length is where the header's is. */
    static int readHeader100(DataInputStream in, int[] lengthBytes) throws IOException {
        int magic = in.readInt();
        int volume = in.readUnsignedShort();
        int command = in.readUnsignedShort();
        lengthBytes[0] = in.readInt();
        int pad = in.readInt();
        if (magic != MAGIC_100 || volume != 0 || pad != 0) {
            throw new WrongBytes("framing is lost: magic=0x%x, volume=%d, pad=%d".formatted(magic, volume, pad));
        }
        return command;
    }
}
