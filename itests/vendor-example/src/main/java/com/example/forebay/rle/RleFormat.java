/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.rle;

import java.nio.ByteBuffer;

/**
 * A block in pieces, each behind a head of 2 bytes, big-endian; then what is left of the block, 0 to 3 bytes, as it is:
 *
 * <pre>
 *    0 0 0 0 0 0 0 0 0 0 1 1 1 1 1 1
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
 *   +-+-----------------------------+
 *   |R|        words minus 1        |  R = 1: 1 word follows, to be repeated; R = 0: so many words follow
 *   +-+-----------------------------+
 * </pre>
 *
 * <p>A word is 4 bytes, in whatever order the block has them.
 */
final class RleFormat {

    static final int HEAD_BYTES = 2;
    static final int WORD_BYTES = 4;
    static final int WORDS_MAX = 1 << 15;

    /** The shortest run that is no longer stored than unstored. */
    static final int RUN_MIN = 2;

    private static final int RUN = 1 << 15;

    private RleFormat() {}

    static void writeHead(ByteBuffer to, int at, boolean run, int words) {
        int head = (run ? RUN : 0) | (words - 1);
        to.put(at, (byte) (head >> 8)).put(at + 1, (byte) head);
    }

    static int readHead(ByteBuffer from, int at) {
        return (from.get(at) & 0xFF) << 8 | from.get(at + 1) & 0xFF;
    }

    static boolean isRun(int head) {
        return (head & RUN) != 0;
    }

    static int words(int head) {
        return (head & ~RUN) + 1;
    }

    /** The most that a block can become: a literal costs a head, and every one but the first stands behind a run that saved it. */
    static int maxBytes(int length) {
        return length + HEAD_BYTES * (2 + length / (WORDS_MAX * WORD_BYTES));
    }

    /**
     * The buffer itself if its limit lets {@code end} be reached, else a view that does: the limit is the caller's. So is the order of
     * its bytes, and a view has another: whoever writes more than bytes must not rely on either.
     */
    static ByteBuffer reaching(ByteBuffer buffer, int end) {
        return buffer.limit() >= end ? buffer : buffer.duplicate().clear();
    }
}
