/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.nio.ByteBuffer;

/**
 * What a direction may begin with instead of packets: TLS right after the first packet, or the chunks of lb-tcp with
 * load balancing (DRBD 9.2.6 and later).
 *
 * <pre>
 *              0                8                16
 * TLS          | first packet   | 16 03 ...                   from the dialler
 *              | 16 03 ...                                    from the acceptor
 * lb-tcp       | 00000000 00000008 | first packet | chunks    from the dialler
 *              | sequence count    | chunk        | chunks    from the acceptor
 * </pre>
 */
final class StreamStart {
    static final int FIRST_PACKET_BYTES = 8;
    static final int CHUNK_HEADER_BYTES = 8;

    private static final int TLS_HANDSHAKE = 0x16;
    private static final int TLS_MAJOR = 0x03;

    enum Kind {
        UNDECIDED,
        TLS,
        CHUNKS,
        FOREIGN
    }

    private final boolean fromDialler;
    private final int chunkBytesMax;

    StreamStart(boolean fromDialler, int chunkBytesMax) {
        this.fromDialler = fromDialler;
        this.chunkBytesMax = chunkBytesMax;
    }

    /** Judges bytes which begin no packet, {@code offset} bytes into the stream. */
    Kind judge(ByteBuffer memory, int at, int have, long offset) {
        int first = BigEndian.u8(memory, at);
        if (first == TLS_HANDSHAKE && offset == (fromDialler ? FIRST_PACKET_BYTES : 0)) {
            if (have < 2) {
                return Kind.UNDECIDED;
            }
            return BigEndian.u8(memory, at + 1) == TLS_MAJOR ? Kind.TLS : Kind.FOREIGN;
        }
        if (first != 0 || offset != 0) {
            return Kind.FOREIGN;
        }
        if (have < CHUNK_HEADER_BYTES) {
            return Kind.UNDECIDED;
        }
        long chunkBytes = BigEndian.u32(memory, at + 4);
        if (!fromDialler) {
            return chunkBytes > 0 && chunkBytes <= chunkBytesMax ? Kind.CHUNKS : Kind.FOREIGN;
        }
        if (BigEndian.i32(memory, at) != 0 || chunkBytes != FIRST_PACKET_BYTES) {
            return Kind.FOREIGN;
        }
        if (have < CHUNK_HEADER_BYTES + FIRST_PACKET_BYTES) {
            return Kind.UNDECIDED;
        }
        return isFirstPacket(memory, at + CHUNK_HEADER_BYTES) ? Kind.CHUNKS : Kind.FOREIGN;
    }

    private static boolean isFirstPacket(ByteBuffer memory, int at) {
        int command = BigEndian.u16(memory, at + 4);
        return BigEndian.i32(memory, at) == PacketHeader.MAGIC_80
                && (command == PacketType.P_INITIAL_DATA.command() || command == PacketType.P_INITIAL_META.command())
                && BigEndian.u16(memory, at + 6) == 0;
    }
}
