/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.WanLinks;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What both ends of a link say first.
 *
 * <pre>
 *   0          8            24     25     26     27        31     32      33                41                49
 *  +----------+------------+------+------+------+---------+------+-------+-----------------+-----------------+
 *  | features | session id | role | type | dial | attempt | lane | links |received position|received on wire |
 *  +----------+-------+----+------+------+------+---------+------+-------+-----------------+-----------------+
 *  |  credit limit    | record max | resource | from host | to host | inside | drbd | codecs ...
 *  +------------------+------------+----------+-----------+---------+--------+------+-----------
 *  49                 57           61
 * </pre>
 *
 * A string is its length, 2 bytes, and that many bytes of UTF-8, at most {@link #STRING_BYTES_MAX}; the codecs are their
 * number, 1 byte, and as many strings.
 *
 * @param features feature bits: {@link #DIALS_IN_VAIN}; unknown ones are ignored
 * @param session the channel's random id, chosen by whoever dials; the answer repeats it
 * @param role the sender's role in the channel
 * @param standbyType the type of the connection that the channel stands by for, or did; it may get one of the other
 * @param dial which site is to dial, as the sender is configured
 * @param attempt 0 for a new session; n for the n-th link that is to go on with one that exists
 * @param lane 0 for the first link of a bridge; n for the n-th beside it, over which nothing but data goes
 * @param links over how many links the sender wants data to be spread
 * @param receivedPosition the position up to which the sender has the channel's bytes
 * @param receivedWireBytes what these were in DATA records, headers included
 * @param creditLimit how many bytes of DATA records, counted from the channel's first, it may be sent
 * @param recordBytesMax the largest DATA payload it takes
 * @param resource what both sites call the relay
 * @param fromHost the sender's host, for diagnosis
 * @param toHost the host it believes it talks to, for diagnosis
 * @param inside where the sender's DRBD dials it, for diagnosis
 * @param drbd where the sender dials its DRBD, for diagnosis
 * @param codecs the names of the codecs it can decompress; DATA records name the sender's by index, from 1 on
 */
record Hello(
        long features,
        UUID session,
        ChannelRole role,
        ChannelType standbyType,
        DialMode dial,
        int attempt,
        int lane,
        int links,
        long receivedPosition,
        long receivedWireBytes,
        long creditLimit,
        int recordBytesMax,
        String resource,
        String fromHost,
        String toHost,
        String inside,
        String drbd,
        List<String> codecs) {

    /** The sender's last dials of the peer have failed, though another channel was established: for diagnosis. */
    static final long DIALS_IN_VAIN = 1;

    static final int STRING_BYTES_MAX = 255;
    static final int CODECS_MAX = 64;
    static final int RECORD_BYTES_MIN = 1024;
    private static final int FIXED_BYTES = 61;

    Hello {
        codecs = List.copyOf(codecs);
    }

    boolean dialsInVain() {
        return (features & DIALS_IN_VAIN) != 0;
    }

    void write(ByteBuffer to) {
        to.putLong(features);
        to.putLong(session.getMostSignificantBits()).putLong(session.getLeastSignificantBits());
        to.put((byte) (role == ChannelRole.ACCEPTOR ? 1 : 2));
        to.put((byte) standbyType.ordinal()).put((byte) dial.ordinal());
        to.putInt(attempt);
        to.put((byte) lane).put((byte) links);
        to.putLong(receivedPosition).putLong(receivedWireBytes).putLong(creditLimit);
        to.putInt(recordBytesMax);
        writeString(resource, to);
        writeString(fromHost, to);
        writeString(toHost, to);
        writeString(inside, to);
        writeString(drbd, to);
        writeCodecs(codecs, to);
    }

    static Hello read(ByteBuffer from) throws PeerViolation {
        if (from.remaining() < FIXED_BYTES) {
            throw new PeerViolation(
                    "hello cut short: bytes=" + from.remaining() + " (expected: at least " + FIXED_BYTES + ")");
        }
        long features = from.getLong();
        UUID session = new UUID(from.getLong(), from.getLong());
        int role = from.get();
        ChannelType standbyType = Payloads.type(from.get());
        int dial = from.get();
        int attempt = from.getInt();
        if (role != 1 && role != 2 || dial < 0 || dial >= DialMode.values().length || attempt < 0) {
            throw new PeerViolation(
                    "hello with an impossible value: role=%d, dial=%d, attempt=%d".formatted(role, dial, attempt));
        }
        int lane = from.get();
        int links = from.get();
        if (lane < 0 || lane > WanLinks.COUNT_MAX || links < 1 || links > WanLinks.COUNT_MAX) {
            throw new PeerViolation("hello with an impossible value: lane=%d, links=%d".formatted(lane, links));
        }
        long position = from.getLong();
        long wire = from.getLong();
        long credit = from.getLong();
        int record = from.getInt();
        if (position < 0
                || wire < 0
                || credit < 0
                || record < RECORD_BYTES_MIN
                || record > RecordLayout.DATA_BYTES_MAX) {
            throw new PeerViolation("hello with an impossible value: position=%d, wire=%d, credit=%d, record=%d"
                    .formatted(position, wire, credit, record));
        }
        String resource = readString(from);
        String fromHost = readString(from);
        String toHost = readString(from);
        String inside = readString(from);
        String drbd = readString(from);
        List<String> codecs = readCodecs(from);
        return new Hello(
                features,
                session,
                role == 1 ? ChannelRole.ACCEPTOR : ChannelRole.CONNECTOR,
                standbyType,
                DialMode.values()[dial],
                attempt,
                lane,
                links,
                position,
                wire,
                credit,
                record,
                resource,
                fromHost,
                toHost,
                inside,
                drbd,
                codecs);
    }

    static void writeCodecs(List<String> names, ByteBuffer to) {
        to.put((byte) names.size());
        names.forEach(name -> writeString(name, to));
    }

    static List<String> readCodecs(ByteBuffer from) throws PeerViolation {
        int count = from.hasRemaining() ? from.get() : -1;
        if (count < 0 || count > CODECS_MAX) {
            throw new PeerViolation(
                    "impossible number of codecs: count=" + count + " (expected: 0 to " + CODECS_MAX + ")");
        }
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            names.add(readString(from));
        }
        return names;
    }

    private static void writeString(String text, ByteBuffer to) {
        byte[] bytes = text.getBytes(UTF_8);
        int length = Math.min(bytes.length, STRING_BYTES_MAX);
        to.putShort((short) length).put(bytes, 0, length);
    }

    private static String readString(ByteBuffer from) throws PeerViolation {
        int length = from.remaining() < Short.BYTES ? -1 : from.getShort();
        if (length < 0 || length > STRING_BYTES_MAX || length > from.remaining()) {
            throw new PeerViolation("impossible string: length=%d, left=%d (expected: at most %d)"
                    .formatted(length, from.remaining(), STRING_BYTES_MAX));
        }
        ByteBuffer bytes = from.slice(from.position(), length);
        from.position(from.position() + length);
        try {
            return UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new PeerViolation("string is not UTF-8", e);
        }
    }
}
