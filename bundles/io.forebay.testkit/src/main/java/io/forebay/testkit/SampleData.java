/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Data as a block device carries it, reproducible from a seed. */
public enum SampleData {
    /** Blocks never written. */
    ZEROS {
        @Override
        void fill(byte[] data, int from, int to, SplittableRandom random) {
            Arrays.fill(data, from, to, (byte) 0);
        }
    },
    /** Encrypted or compressed blocks: cannot be compressed. */
    RANDOM {
        @Override
        void fill(byte[] data, int from, int to, SplittableRandom random) {
            byte[] part = new byte[to - from];
            random.nextBytes(part);
            System.arraycopy(part, 0, data, from, part.length);
        }
    },
    /** Words, separated by blanks. */
    TEXT {
        @Override
        void fill(byte[] data, int from, int to, SplittableRandom random) {
            int at = from;
            while (at < to) {
                byte[] word = WORDS[random.nextInt(WORDS.length)];
                int length = Math.min(word.length, to - at);
                System.arraycopy(word, 0, data, at, length);
                at += length;
            }
        }
    },
    /** Runs of the other kinds, up to 8 KiB each. */
    MIX {
        @Override
        void fill(byte[] data, int from, int to, SplittableRandom random) {
            SampleData[] kinds = {ZEROS, RANDOM, TEXT};
            int at = from;
            while (at < to) {
                int end = Math.min(to, at + random.nextInt(1, 8193));
                kinds[random.nextInt(kinds.length)].fill(data, at, end, random);
                at = end;
            }
        }
    };

    private static final byte[][] WORDS = words(
            "replication ",
            "sector ",
            "the ",
            "of ",
            "barrier ",
            "and ",
            "mirror ",
            "0x0000 ",
            "primary ",
            "a ",
            "journal ",
            "commit ",
            "inode ",
            "in ",
            "disk ",
            "write ",
            "ordered ",
            "is ",
            "flush ",
            "\n");

    /** {@code length} bytes of this kind. */
    public byte[] bytes(int length, SplittableRandom random) {
        byte[] data = new byte[length];
        fill(data, 0, length, random);
        return data;
    }

    abstract void fill(byte[] data, int from, int to, SplittableRandom random);

    /** The seed of this run: system property {@code forebay.seed}, or a new one; printed, so that a failure can be repeated. */
    public static long printedSeed(String test) {
        long seed = Long.getLong("forebay.seed", System.nanoTime());
        System.out.println(test + ": -Dforebay.seed=" + seed);
        return seed;
    }

    private static byte[][] words(String... words) {
        return Arrays.stream(words)
                .map(word -> word.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }
}
