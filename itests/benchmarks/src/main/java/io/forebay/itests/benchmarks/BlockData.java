/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.benchmarks;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** What is in the blocks: the same bytes in every run and on every machine. */
public enum BlockData {
    /**
     * Compresses about 2:1. Runs nobody can guess and runs that were there before, some 30 bytes each and not far back, so that a
     * codec has as much to search and to copy as with a database's pages; halves of zeros would flatter it.
     */
    HALF {
        @Override
        void fill(byte[] block, SplittableRandom random) {
            int at = 0;
            while (at < block.length) {
                int fresh = Math.min(random.nextInt(RUN_BYTES_MIN, FRESH_BYTES_MAX), block.length - at);
                for (int end = at + fresh; at < end; at++) {
                    block[at] = (byte) random.nextInt();
                }
                int again = Math.min(random.nextInt(RUN_BYTES_MIN, AGAIN_BYTES_MAX), block.length - at);
                int back = random.nextInt(1, Math.min(at, DISTANCE_BYTES_MAX) + 1);
                for (int end = at + again; at < end; at++) {
                    block[at] = block[at - back];
                }
            }
        }
    },
    /** Encrypted or compressed already. */
    RANDOM {
        @Override
        void fill(byte[] block, SplittableRandom random) {
            random.nextBytes(block);
        }
    },
    /** Never written. */
    ZERO {
        @Override
        void fill(byte[] block, SplittableRandom random) {}
    };

    private static final long SEED = 0x4642_4159;
    private static final int RUN_BYTES_MIN = 8;
    private static final int FRESH_BYTES_MAX = 48;
    private static final int AGAIN_BYTES_MAX = 70;
    private static final int DISTANCE_BYTES_MAX = 8192;

    /** Blocks side by side, each made for itself, outside the heap as the BAB's are by default. */
    public ByteBuffer blocks(int blockBytes, int count) {
        SplittableRandom random = new SplittableRandom(SEED);
        ByteBuffer blocks = ByteBuffer.allocateDirect(blockBytes * count);
        for (int i = 0; i < count; i++) {
            byte[] block = new byte[blockBytes];
            fill(block, random);
            blocks.put(block);
        }
        return blocks.clear();
    }

    /** @param block all zeros */
    abstract void fill(byte[] block, SplittableRandom random);
}
