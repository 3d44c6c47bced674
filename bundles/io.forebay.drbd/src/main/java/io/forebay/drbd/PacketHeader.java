/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.nio.ByteBuffer;

/**
 * The three forms of a packet header, told apart by their first two bytes.
 *
 * <pre>
 *            0        2        4        6        8                 12                16
 * form 80   | 83740267         | command | length  |
 * form 95   | 835A  | command  | length            |
 * form 100  | 8620EC20         | volume  | command | length          | zero            |
 * </pre>
 *
 * The length never includes the header.
 */
final class PacketHeader {
    static final int BYTES_MAX = 16;
    static final int MAGIC_80 = 0x83740267;
    static final int MAGIC_95 = 0x835A;
    static final int MAGIC_100 = 0x8620EC20;

    private static final int SHORT_BYTES = 8;

    /** More bytes are needed to tell. */
    static final int UNDECIDED = 0;
    /** These bytes begin no packet. */
    static final int NONE = -1;

    private PacketHeader() {}

    /**
     * Judges the first {@code have} bytes of a header, as early as they allow.
     *
     * @return the header's size if it is complete, else {@link #UNDECIDED} or {@link #NONE}
     */
    static int sizeBytes(ByteBuffer memory, int at, int have) {
        if (have >= 4) {
            int magic = BigEndian.i32(memory, at);
            if (magic == MAGIC_100) {
                return have >= BYTES_MAX ? BYTES_MAX : UNDECIDED;
            }
            if (magic == MAGIC_80 || magic >>> 16 == MAGIC_95) {
                return have >= SHORT_BYTES ? SHORT_BYTES : UNDECIDED;
            }
            return NONE;
        }
        int prefix = 0;
        for (int i = 0; i < have; i++) {
            prefix = prefix << 8 | BigEndian.u8(memory, at + i);
        }
        int missingBits = (4 - have) * 8;
        boolean possible = have == 0
                || prefix == MAGIC_80 >>> missingBits
                || prefix == MAGIC_100 >>> missingBits
                || have == 1 && prefix == MAGIC_95 >>> 8
                || have >= 2 && prefix >>> (have - 2) * 8 == MAGIC_95;
        return possible ? UNDECIDED : NONE;
    }

    /** The command of a complete header. */
    static int command(ByteBuffer memory, int at) {
        int magic = BigEndian.i32(memory, at);
        return switch (magic) {
            case MAGIC_100 -> BigEndian.u16(memory, at + 6);
            case MAGIC_80 -> BigEndian.u16(memory, at + 4);
            default -> magic & 0xFFFF;
        };
    }

    /** The payload length of a complete header in bytes. */
    static long payloadBytes(ByteBuffer memory, int at) {
        return switch (BigEndian.i32(memory, at)) {
            case MAGIC_100 -> BigEndian.u32(memory, at + 8);
            case MAGIC_80 -> BigEndian.u16(memory, at + 6);
            default -> BigEndian.u32(memory, at + 4);
        };
    }

    /** The volume of a complete header; the short forms imply 0. */
    static int volume(ByteBuffer memory, int at) {
        return BigEndian.i32(memory, at) == MAGIC_100 ? BigEndian.u16(memory, at + 4) : 0;
    }

    /** The padding of a complete header, which must be 0. */
    static int padding(ByteBuffer memory, int at) {
        return BigEndian.i32(memory, at) == MAGIC_100 ? BigEndian.i32(memory, at + 12) : 0;
    }
}
