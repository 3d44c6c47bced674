/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * What the first bytes of a fresh accepted connection say. The dialling DRBD sends 8 bytes before anything else (all
 * versions); with lb-tcp and load balancing 16. The same packet with header 100 is taken too, which no DRBD sends but
 * traffic generators do: to whom it leads decides whether that is DRBD enough. Everything else is refused, as early as the
 * bytes in hand allow.
 */
public sealed interface FirstPacket {
    /** More than this many bytes are never needed. */
    int BYTES_MAX = StreamStart.CHUNK_HEADER_BYTES + PacketHeader.BYTES_MAX;

    /** Not enough bytes yet. */
    record Incomplete() implements FirstPacket {}

    /**
     * DRBD's first packet.
     *
     * @param socket which socket this connection is
     * @param chunked whether the stream consists of lb-tcp's chunks
     * @param bytes the size of what was recognised: 8 or 16, and 8 more if chunked
     */
    record Accepted(SocketType socket, boolean chunked, int bytes) implements FirstPacket {}

    /**
     * Not DRBD's first packet: the connection is to be closed.
     *
     * @param sentence problem, cause and remedy for operators
     */
    record Refused(String sentence) implements FirstPacket {}

    /**
     * Judges all bytes that have come so far.
     *
     * @param memory is read by index within the range alone, and not changed
     * @param offset index of the connection's first byte
     * @param length 0 or more; bytes after the first packet are left alone
     */
    static FirstPacket classify(ByteBuffer memory, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, memory.limit());
        if (length == 0) {
            return new Incomplete();
        }
        if (memory.get(offset) != 0) {
            return FirstPacketRules.judge(memory, offset, length, 0);
        }
        for (int i = 0; i < Math.min(length, StreamStart.CHUNK_HEADER_BYTES); i++) {
            int expected = i == StreamStart.CHUNK_HEADER_BYTES - 1 ? StreamStart.FIRST_PACKET_BYTES : 0;
            if (memory.get(offset + i) != expected) {
                return FirstPacketRules.refuse(
                        "neither DRBD's first packet nor an lb-tcp chunk with it ("
                                + FirstPacketRules.shown(memory, offset, length) + ")",
                        FirstPacketRules.STRANGER);
            }
        }
        return length <= StreamStart.CHUNK_HEADER_BYTES
                ? new Incomplete()
                : FirstPacketRules.judge(memory, offset, length, StreamStart.CHUNK_HEADER_BYTES);
    }

    /**
     * The refusal of a connection that sent too little for too long.
     *
     * @param bytes how many came
     * @param waitedMs how long they were waited for
     */
    static Refused late(int bytes, long waitedMs) {
        return FirstPacketRules.refuse(
                "no DRBD first packet within " + waitedMs + " ms (" + bytes + " bytes came)",
                "a port probe or a stalled node dialled; do not let health checks connect to this inside port, else look"
                        + " at the load of the local DRBD node");
    }

    /**
     * The refusal of a connection that ended too early.
     *
     * @param bytes how many came before its end
     */
    static Refused ended(int bytes) {
        return FirstPacketRules.refuse(
                "only " + bytes + " bytes of DRBD's first packet before its end",
                "a port probe dialled or the local DRBD gave up; do not let health checks connect to this inside port,"
                        + " else look into the kernel log of the local DRBD node");
    }
}
