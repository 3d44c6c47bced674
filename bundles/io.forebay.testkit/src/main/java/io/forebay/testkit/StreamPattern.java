/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import java.nio.ByteBuffer;

/** An endless stream of bytes from a seed, of which any piece can be made or checked without the rest. */
final class StreamPattern {

    private final long seed;

    StreamPattern(long seed) {
        this.seed = seed;
    }

    byte at(long position) {
        long mixed = (seed + (position >>> 3)) * 0x9E3779B97F4A7C15L;
        mixed ^= mixed >>> 32;
        mixed *= 0xBF58476D1CE4E5B9L;
        return (byte) (mixed >>> ((position & 7) * 8));
    }

    /** Fills a buffer's remaining bytes with the stream from a position on; the buffer's position stays. */
    ByteBuffer fill(long position, ByteBuffer buffer) {
        for (int i = buffer.position(); i < buffer.limit(); i++) {
            buffer.put(i, at(position + i - buffer.position()));
        }
        return buffer;
    }

    /** How many of the first bytes from the buffer's position on are the stream's. */
    int matching(long position, ByteBuffer buffer, int bytes) {
        for (int i = 0; i < bytes; i++) {
            if (buffer.get(buffer.position() + i) != at(position + i)) {
                return i;
            }
        }
        return bytes;
    }
}
