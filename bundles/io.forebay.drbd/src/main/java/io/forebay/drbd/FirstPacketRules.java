/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.nio.ByteBuffer;

/** Tells apart what else than DRBD's first packet may begin a connection, so that its refusal can name the cause. */
final class FirstPacketRules {
    static final String STRANGER =
            "another program dialled this inside port; let only the local DRBD dial it and check both addresses in its"
                    + " configuration";
    private static final String LATE_OR_REVERSED =
            "the connection joined late or its direction was reversed by another proxy; let DRBD dial this inside port"
                    + " itself";
    private static final int SHOWN_BYTES_MAX = 16;
    private static final int TLS_HANDSHAKE = 0x16;

    private FirstPacketRules() {}

    /** Judges the first packet {@code skip} bytes into the connection; at least one byte of it is there. */
    static FirstPacket judge(ByteBuffer memory, int offset, int length, int skip) {
        int at = offset + skip;
        int have = length - skip;
        int size = PacketHeader.sizeBytes(memory, at, have);
        int first = BigEndian.u8(memory, at);
        if (size == PacketHeader.NONE) {
            return foreign(memory, offset, length, skip);
        }
        boolean header100 = first == PacketHeader.MAGIC_100 >>> 24;
        int commandAt = header100 ? 6 : 4;
        if (have >= 2 && BigEndian.u16(memory, at) == PacketHeader.MAGIC_95
                || header100 && have >= 8 && !isInitial(BigEndian.u16(memory, at + commandAt))) {
            return refuse(
                    "a DRBD packet from the middle of a session (" + shown(memory, offset, length) + ")",
                    LATE_OR_REVERSED);
        }
        if (have < commandAt + 2) {
            return new FirstPacket.Incomplete();
        }
        int command = BigEndian.u16(memory, at + commandAt);
        SocketType socket = command == PacketType.P_INITIAL_DATA.command() ? SocketType.DATA : SocketType.META;
        if (socket == SocketType.META && command != PacketType.P_INITIAL_META.command()) {
            PacketType type = PacketType.of(command, SocketType.DATA, 0);
            return refuse(
                    "the DRBD packet " + (type == PacketType.UNKNOWN ? String.format("0x%X", command) : type)
                            + " where P_INITIAL_DATA or P_INITIAL_META was expected",
                    LATE_OR_REVERSED);
        }
        if (size == PacketHeader.UNDECIDED) {
            return new FirstPacket.Incomplete();
        }
        long payloadBytes = PacketHeader.payloadBytes(memory, at);
        if (payloadBytes != 0) {
            return refuse(
                    "DRBD's first packet with length " + payloadBytes + ", which must be 0",
                    "something changed the bytes or another program imitates DRBD; let DRBD dial this inside port"
                            + " itself");
        }
        return new FirstPacket.Accepted(socket, skip > 0, skip + size);
    }

    private static boolean isInitial(int command) {
        return command == PacketType.P_INITIAL_DATA.command() || command == PacketType.P_INITIAL_META.command();
    }

    private static FirstPacket foreign(ByteBuffer memory, int offset, int length, int skip) {
        int at = offset + skip;
        int have = length - skip;
        int first = BigEndian.u8(memory, at);
        if (first == TLS_HANDSHAKE) {
            return refuse(
                    "TLS instead of DRBD's first packet (" + shown(memory, offset, length) + ")",
                    "DRBD sends its first packet before TLS, so another TLS client or a TLS wrapper dialled this inside"
                            + " port; let DRBD dial it itself");
        }
        if (isPrintable(first)) {
            return refuse(
                    "the text \"" + text(memory, at, Math.min(have, SHOWN_BYTES_MAX)) + "\", which is not DRBD",
                    STRANGER);
        }
        if (have >= 4 && BigEndian.u16(memory, at) == PacketHeader.MAGIC_80 >>> 16) {
            return refuse(
                    String.format(
                            "the wrong magic 0x%08X where DRBD's first packet has 0x%08X",
                            BigEndian.i32(memory, at), PacketHeader.MAGIC_80),
                    STRANGER);
        }
        return refuse("bytes that are not DRBD (" + shown(memory, offset, length) + ")", STRANGER);
    }

    static FirstPacket.Refused refuse(String problem, String causeAndRemedy) {
        return new FirstPacket.Refused("Refused a connection that brought " + problem + ": " + causeAndRemedy + ".");
    }

    /** The bytes in hand, as many as are worth showing. */
    static String shown(ByteBuffer memory, int offset, int length) {
        return BigEndian.hex(memory, offset, Math.min(length, SHOWN_BYTES_MAX));
    }

    private static String text(ByteBuffer memory, int at, int bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes; i++) {
            int octet = BigEndian.u8(memory, at + i);
            if (octet == '"' || octet == '\\') {
                text.append('\\').append((char) octet);
            } else if (isPrintable(octet)) {
                text.append((char) octet);
            } else {
                text.append(String.format("\\x%02X", octet));
            }
        }
        return text.toString();
    }

    private static boolean isPrintable(int octet) {
        return octet >= ' ' && octet <= '~';
    }
}
