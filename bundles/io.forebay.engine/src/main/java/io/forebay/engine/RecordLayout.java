/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A record's bytes on a link, big-endian. {@code docs/wire-protocol.md} is the specification.
 *
 * <pre>
 *   0               4       5       6       7       8              12              16
 *  +---------------+-------+-------+-------+-------+---------------+---------------+
 *  | magic "FBAY"  |version| type  | codec | flags | stored length |  raw length   |
 *  +---------------+-------+-------+-------+-------+---------------+---------------+
 *  |           position            |  payload CRC  |  header CRC   |  payload ...
 *  +-------------------------------+---------------+---------------+
 *  16                              24              28              32
 * </pre>
 *
 * The payload CRC-32C is of the raw payload, before compression; the header CRC-32C is of bytes 0 to 27.
 */
final class RecordLayout {

    static final int MAGIC = 0x46424159;

    /** How TLS begins: a record of a handshake, major version 3. */
    private static final short TLS_HANDSHAKE = 0x1603;

    static final int VERSION = 1;

    private static final int VERSION_OFFSET = Integer.BYTES;
    private static final int TYPE_OFFSET = VERSION_OFFSET + Byte.BYTES;
    private static final int CODEC_OFFSET = TYPE_OFFSET + Byte.BYTES;
    private static final int FLAGS_OFFSET = CODEC_OFFSET + Byte.BYTES;
    private static final int STORED_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    private static final int RAW_OFFSET = STORED_OFFSET + Integer.BYTES;
    private static final int POSITION_OFFSET = RAW_OFFSET + Integer.BYTES;
    private static final int PAYLOAD_CRC_OFFSET = POSITION_OFFSET + Long.BYTES;
    private static final int HEADER_CRC_OFFSET = PAYLOAD_CRC_OFFSET + Integer.BYTES;

    /** Bytes of a record before its payload. */
    static final int HEADER_BYTES = HEADER_CRC_OFFSET + Integer.BYTES;

    /** The most that a DATA record carries, raw and stored; each side announces its own limit, up to this one. */
    static final int DATA_BYTES_MAX = 1 << 20;

    /** The most that any other record carries. */
    static final int CONTROL_BYTES_MAX = 4096;

    /** Flag of a DATA record: the block continues the history of the earlier blocks of its codec on this channel. */
    static final int FLAG_HISTORY = 1;

    /** Flag of a DATA record with {@link #FLAG_HISTORY}: that history begins with this block. */
    static final int FLAG_START = 2;

    /**
     * Flag of a DATA record: the sender waits until this is confirmed, because the channel has only what it is kept back, and that is
     * in use, or because a near peer's window is full.
     */
    static final int FLAG_AWAITED = 4;

    /** The codec of a payload that is stored as it is. */
    static final int CODEC_RAW = 0;

    private RecordLayout() {}

    /** Writes a header whose payload follows it in {@code memory}, or will. */
    static void writeHeader(
            ByteBuffer memory,
            int offset,
            RecordType type,
            int codec,
            int flags,
            int storedBytes,
            int rawBytes,
            long position,
            int payloadCrc,
            CRC32C scratch) {
        memory.putInt(offset, MAGIC);
        memory.put(offset + VERSION_OFFSET, (byte) VERSION);
        memory.put(offset + TYPE_OFFSET, (byte) type.code());
        memory.put(offset + CODEC_OFFSET, (byte) codec);
        memory.put(offset + FLAGS_OFFSET, (byte) flags);
        memory.putInt(offset + STORED_OFFSET, storedBytes);
        memory.putInt(offset + RAW_OFFSET, rawBytes);
        memory.putLong(offset + POSITION_OFFSET, position);
        memory.putInt(offset + PAYLOAD_CRC_OFFSET, payloadCrc);
        memory.putInt(offset + HEADER_CRC_OFFSET, crc(memory, offset, HEADER_CRC_OFFSET, scratch));
    }

    /** Says of the record at {@code offset} that its sender waits until it is confirmed. */
    static void setAwaited(ByteBuffer memory, int offset, CRC32C scratch) {
        memory.put(offset + FLAGS_OFFSET, (byte) (memory.get(offset + FLAGS_OFFSET) | FLAG_AWAITED));
        memory.putInt(offset + HEADER_CRC_OFFSET, crc(memory, offset, HEADER_CRC_OFFSET, scratch));
    }

    /** CRC-32C of a range; the buffer's position and limit are restored. */
    static int crc(ByteBuffer memory, int offset, int length, CRC32C scratch) {
        int position = memory.position();
        int limit = memory.limit();
        scratch.reset();
        memory.limit(offset + length).position(offset);
        scratch.update(memory);
        memory.limit(limit).position(position);
        return (int) scratch.getValue();
    }

    /**
     * Checks the header at {@code offset}, all of whose bytes are there.
     *
     * @param dataBytesMax the most that a DATA record may carry here
     * @throws PeerViolation if it is not one, or breaks a limit
     */
    static void check(ByteBuffer memory, int offset, int dataBytesMax, CRC32C scratch) throws PeerViolation {
        if (memory.getShort(offset) == TLS_HANDSHAKE) {
            throw new PeerViolation("TLS: the other end speaks TLS, and here tls is off: write the same at both sites");
        }
        if (memory.getInt(offset) != MAGIC) {
            throw new PeerViolation(
                    "no record: magic=0x%08x (expected: 0x%08x)".formatted(memory.getInt(offset), MAGIC));
        }
        if (memory.get(offset + VERSION_OFFSET) != VERSION) {
            throw new PeerViolation(otherVersion(memory, offset));
        }
        int crc = crc(memory, offset, HEADER_CRC_OFFSET, scratch);
        if (memory.getInt(offset + HEADER_CRC_OFFSET) != crc) {
            throw new PeerViolation("record header damaged: crc32c=0x%08x (expected: 0x%08x)"
                    .formatted(memory.getInt(offset + HEADER_CRC_OFFSET), crc));
        }
        RecordType type = RecordType.of(memory.get(offset + TYPE_OFFSET));
        if (type == null) {
            throw new PeerViolation("unknown record type: type=" + memory.get(offset + TYPE_OFFSET));
        }
        int max = type == RecordType.DATA ? dataBytesMax : CONTROL_BYTES_MAX;
        int stored = storedBytes(memory, offset);
        int raw = rawBytes(memory, offset);
        if (stored < 0 || stored > max || raw < 0 || raw > max) {
            throw new PeerViolation("record too large: type=%s, stored=%d, raw=%d (expected: at most %d)"
                    .formatted(type, stored, raw, max));
        }
        boolean plain = codec(memory, offset) == CODEC_RAW;
        if (type == RecordType.DATA && (raw == 0 || stored == 0) || plain && stored != raw) {
            throw new PeerViolation("record lengths contradict each other: type=%s, codec=%d, stored=%d, raw=%d"
                    .formatted(type, codec(memory, offset), stored, raw));
        }
        int ofCodec = plain ? 0 : FLAG_HISTORY | FLAG_START;
        int known = type == RecordType.DATA ? FLAG_AWAITED | ofCodec : 0;
        if (type != RecordType.DATA && !plain || hasAny(~known, memory, offset)) {
            throw new PeerViolation("record with a codec or flag it may not have: type=%s, codec=%d, flags=0x%02x"
                    .formatted(type, codec(memory, offset), memory.get(offset + FLAGS_OFFSET)));
        }
    }

    /** Whether it is the record of a Forebay that speaks another version of the protocol. */
    static boolean isOtherVersion(ByteBuffer memory, int offset) {
        return memory.getInt(offset) == MAGIC && memory.get(offset + VERSION_OFFSET) != VERSION;
    }

    static String otherVersion(ByteBuffer memory, int offset) {
        return "the peer speaks version %d of the protocol and this Forebay version %d: run the same release at both sites"
                .formatted(memory.get(offset + VERSION_OFFSET) & 0xff, VERSION);
    }

    /**
     * Checks a record's payload, decompressed, against the CRC in its header.
     *
     * @throws PeerViolation if it differs
     */
    static void checkPayload(ByteBuffer memory, int offset, ByteBuffer payload, int payloadOffset, CRC32C scratch)
            throws PeerViolation {
        int actual = crc(payload, payloadOffset, rawBytes(memory, offset), scratch);
        if (actual != payloadCrc(memory, offset)) {
            throw new PeerViolation("payload damaged: type=%s, position=%d, bytes=%d, crc32c=0x%08x (expected: 0x%08x)"
                    .formatted(
                            type(memory, offset),
                            position(memory, offset),
                            rawBytes(memory, offset),
                            actual,
                            payloadCrc(memory, offset)));
        }
    }

    /** The CRC-32C that the payload must have, decompressed. */
    static int payloadCrc(ByteBuffer memory, int offset) {
        return memory.getInt(offset + PAYLOAD_CRC_OFFSET);
    }

    static RecordType type(ByteBuffer memory, int offset) {
        return RecordType.of(memory.get(offset + TYPE_OFFSET));
    }

    static int codec(ByteBuffer memory, int offset) {
        return memory.get(offset + CODEC_OFFSET) & 0xff;
    }

    static boolean history(ByteBuffer memory, int offset) {
        return hasAny(FLAG_HISTORY, memory, offset);
    }

    static boolean startsHistory(ByteBuffer memory, int offset) {
        return hasAny(FLAG_START, memory, offset);
    }

    static boolean isAwaited(ByteBuffer memory, int offset) {
        return hasAny(FLAG_AWAITED, memory, offset);
    }

    private static boolean hasAny(int flags, ByteBuffer memory, int offset) {
        return (memory.get(offset + FLAGS_OFFSET) & flags) != 0;
    }

    static int storedBytes(ByteBuffer memory, int offset) {
        return memory.getInt(offset + STORED_OFFSET);
    }

    static int rawBytes(ByteBuffer memory, int offset) {
        return memory.getInt(offset + RAW_OFFSET);
    }

    static long position(ByteBuffer memory, int offset) {
        return memory.getLong(offset + POSITION_OFFSET);
    }

    /** Bytes of the whole record. */
    static int recordBytes(ByteBuffer memory, int offset) {
        return HEADER_BYTES + storedBytes(memory, offset);
    }
}
