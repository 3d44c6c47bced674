/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Pages of 4096 bytes that begin with bytes nobody can guess and go on with zeros, in such a proportion that a good codec
 * makes as much less of them as is asked for. All follows from seed and position.
 */
final class MixedContent implements Content {
    private static final int PAGE_BYTES = 4096;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final long seed;
    private final int randomBytes;

    /** @param ratio 1 for nothing but random bytes */
    MixedContent(long seed, double ratio) {
        this.seed = mixed(seed);
        randomBytes = (int) Math.max(Long.BYTES, Math.round(PAGE_BYTES / ratio / Long.BYTES) * Long.BYTES);
    }

    @Override
    public void fill(long position, byte[] into, int offset, int count) {
        int done = 0;
        while (done < count) {
            long at = position + done;
            int inWord = (int) (at % Long.BYTES);
            long word = at % PAGE_BYTES < randomBytes ? mixed(seed + at / Long.BYTES * 0x9E3779B97F4A7C15L) : 0;
            if (inWord == 0 && count - done >= Long.BYTES) {
                LONGS.set(into, offset + done, word);
                done += Long.BYTES;
            } else {
                into[offset + done] = (byte) (word >>> Byte.SIZE * (Long.BYTES - 1 - inWord));
                done++;
            }
        }
    }

    /** The finalizer of SplitMix64. */
    private static long mixed(long value) {
        long z = value;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
