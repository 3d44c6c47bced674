/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.NativeMemory;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The memory of a link's control records until the system has them: a ring in which a record is never in two parts. Owned by
 * one loop.
 */
final class ControlRing {

    private static final int BYTES = 16 << 10;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES);
    private int head;
    private int used;

    /** What the last record took of the ring, with what was skipped to keep it in one part. */
    private int takenBytes;

    /** Makes a record; {@code null} if there is no room. The answer is valid until the next call. */
    ByteBuffer append(RecordType type, long position, ByteBuffer payload) {
        int length = payload.remaining();
        int bytes = RecordLayout.HEADER_BYTES + length;
        int start = (head + used) % BYTES;
        int skipped = start + bytes <= BYTES ? 0 : BYTES - start;
        if (used + skipped + bytes > BYTES) {
            return null;
        }
        int at = skipped == 0 ? start : 0;
        memory.clear().put(at + RecordLayout.HEADER_BYTES, payload, payload.position(), length);
        int payloadCrc = RecordLayout.crc(memory, at + RecordLayout.HEADER_BYTES, length, crc);
        RecordLayout.writeHeader(
                memory, at, type, RecordLayout.CODEC_RAW, 0, length, length, position, payloadCrc, crc);
        takenBytes = skipped + bytes;
        used += takenBytes;
        return memory.limit(at + bytes).position(at);
    }

    /** What {@link #free} must be given for the last record. */
    int takenBytes() {
        return takenBytes;
    }

    /** The system has the oldest records, so many bytes of the ring. */
    void free(int bytes) {
        used -= bytes;
        head = (head + bytes) % BYTES;
    }

    /** Gives the memory back; the transport must be done with it, and nothing is appended after this. */
    void close() {
        NativeMemory.free(memory);
    }
}
