/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.forebay.api.state.ChannelType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/** The payloads of control records other than {@link Hello}. */
final class Payloads {

    static final ByteBuffer EMPTY = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** How a CLOSE record ends the channel. */
    enum End {
        /** The DRBD at the sender's side sent FIN after the last byte. */
        FIN,
        /** The DRBD at the sender's side reset its connection. */
        RESET,
        /** The DRBD at the sender's side could not be reached. */
        UNREACHABLE
    }

    /** Whether a link that was refused may be tried again. */
    enum Refusal {
        /** Later it may be taken. */
        NOT_NOW,
        /** The session that it would go on with has ended here. */
        OVER
    }

    /** Flag of a PING: the sender asks for a PONG. */
    static final int PING_ANSWER = 1;

    /** Flag of a PING: the sender has heard nothing for too long. */
    static final int PING_DEAF = 2;

    private static final int CREDIT_BYTES = Long.BYTES + Integer.BYTES;
    private static final int CLAUSE_BYTES_MAX = 512;

    private Payloads() {}

    static ByteBuffer type(ChannelType type) {
        return ByteBuffer.wrap(new byte[] {(byte) type.ordinal()});
    }

    static ChannelType readType(ByteBuffer memory, int offset) throws PeerViolation {
        return type(RecordLayout.rawBytes(memory, offset) == 1 ? memory.get(offset + RecordLayout.HEADER_BYTES) : 0);
    }

    /** The type that a byte stands for. */
    static ChannelType type(int code) throws PeerViolation {
        if (code != ChannelType.DATA.ordinal() && code != ChannelType.META.ordinal()) {
            throw new PeerViolation("impossible channel type: type=" + code + " (expected: 1 or 2)");
        }
        return ChannelType.values()[code];
    }

    /** For the payload of CONFIRM, to be used again and again. */
    static ByteBuffer creditBuffer() {
        return ByteBuffer.allocate(CREDIT_BYTES);
    }

    static void putCredit(ByteBuffer to, long limit, int recordBytesMax) {
        to.putLong(0, limit).putInt(Long.BYTES, recordBytesMax);
    }

    static long readCredit(ByteBuffer memory, int offset) throws PeerViolation {
        if (RecordLayout.rawBytes(memory, offset) != CREDIT_BYTES) {
            throw new PeerViolation("confirmation without a credit: bytes=" + RecordLayout.rawBytes(memory, offset)
                    + " (expected: " + CREDIT_BYTES + ")");
        }
        return memory.getLong(offset + RecordLayout.HEADER_BYTES);
    }

    /** Of a payload that {@link #readCredit} has read. */
    static int readRecordBytesMax(ByteBuffer memory, int offset) throws PeerViolation {
        int bytes = memory.getInt(offset + RecordLayout.HEADER_BYTES + Long.BYTES);
        if (bytes > RecordLayout.DATA_BYTES_MAX) {
            throw new PeerViolation("impossible size of records: record=" + bytes + " (expected: at most "
                    + RecordLayout.DATA_BYTES_MAX + ")");
        }
        return bytes;
    }

    static ByteBuffer end(End end, String clause) {
        return coded(end.ordinal(), clause);
    }

    static End readEnd(ByteBuffer memory, int offset) throws PeerViolation {
        int code = RecordLayout.rawBytes(memory, offset) > 0 ? memory.get(offset + RecordLayout.HEADER_BYTES) : -1;
        if (code < 0 || code >= End.values().length) {
            throw new PeerViolation("impossible end of a channel: end=" + code + " (expected: 0 to 2)");
        }
        return End.values()[code];
    }

    /** A clause by the peer, with what a terminal might obey made visible. */
    static String readClause(ByteBuffer memory, int offset, int skip) {
        int length = Math.max(0, RecordLayout.rawBytes(memory, offset) - skip);
        byte[] text = new byte[length];
        memory.get(offset + RecordLayout.HEADER_BYTES + skip, text);
        return new String(text, UTF_8).replaceAll("\\p{Cntrl}", "?");
    }

    static ByteBuffer refusal(Refusal refusal, String sentence) {
        return coded(refusal.ordinal(), sentence);
    }

    private static ByteBuffer coded(int code, String clause) {
        byte[] text = clause.getBytes(UTF_8);
        int length = Math.min(text.length, CLAUSE_BYTES_MAX);
        return ByteBuffer.allocate(1 + length)
                .put((byte) code)
                .put(text, 0, length)
                .flip();
    }

    static Refusal readRefusal(ByteBuffer memory, int offset) throws PeerViolation {
        int code = RecordLayout.rawBytes(memory, offset) > 0 ? memory.get(offset + RecordLayout.HEADER_BYTES) : -1;
        if (code < 0 || code >= Refusal.values().length) {
            throw new PeerViolation("impossible refusal: refusal=" + code + " (expected: 0 or 1)");
        }
        return Refusal.values()[code];
    }

    static ByteBuffer session(UUID id) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip();
    }

    static UUID readSession(ByteBuffer memory, int offset) throws PeerViolation {
        if (RecordLayout.rawBytes(memory, offset) != 2 * Long.BYTES) {
            throw new PeerViolation("question without a session: bytes=" + RecordLayout.rawBytes(memory, offset)
                    + " (expected: " + 2 * Long.BYTES + ")");
        }
        int at = offset + RecordLayout.HEADER_BYTES;
        return new UUID(memory.getLong(at), memory.getLong(at + Long.BYTES));
    }

    static ByteBuffer number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(0, number);
    }

    static long readNumber(ByteBuffer memory, int offset) throws PeerViolation {
        if (RecordLayout.rawBytes(memory, offset) != Long.BYTES) {
            throw new PeerViolation("list of codecs without a number: bytes=" + RecordLayout.rawBytes(memory, offset)
                    + " (expected: " + Long.BYTES + ")");
        }
        return memory.getLong(offset + RecordLayout.HEADER_BYTES);
    }

    static int readPingFlags(ByteBuffer memory, int offset) throws PeerViolation {
        if (RecordLayout.rawBytes(memory, offset) != 1) {
            throw new PeerViolation(
                    "ping without flags: bytes=" + RecordLayout.rawBytes(memory, offset) + " (expected: 1)");
        }
        return memory.get(offset + RecordLayout.HEADER_BYTES);
    }

    static ByteBuffer sentence(String sentence) {
        byte[] text = sentence.getBytes(UTF_8);
        return ByteBuffer.wrap(text, 0, Math.min(text.length, CLAUSE_BYTES_MAX));
    }

    static ByteBuffer hello(Hello hello) {
        ByteBuffer bytes = ByteBuffer.allocate(RecordLayout.CONTROL_BYTES_MAX);
        hello.write(bytes);
        return bytes.flip();
    }

    static Hello readHello(ByteBuffer memory, int offset) throws PeerViolation {
        return Hello.read(memory.slice(offset + RecordLayout.HEADER_BYTES, RecordLayout.rawBytes(memory, offset)));
    }

    static ByteBuffer codecs(List<String> names) {
        ByteBuffer bytes = ByteBuffer.allocate(RecordLayout.CONTROL_BYTES_MAX);
        Hello.writeCodecs(names, bytes);
        return bytes.flip();
    }

    static List<String> readCodecs(ByteBuffer memory, int offset) throws PeerViolation {
        return Hello.readCodecs(
                memory.slice(offset + RecordLayout.HEADER_BYTES, RecordLayout.rawBytes(memory, offset)));
    }
}
