/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.codec;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Compresses blocks. One thread at a time, not always the same one. Usable again after NO_FIT, unless it has a history.
 *
 * <p>Many blocks are made per second: once warm it should allocate nothing per block.
 */
@ConsumerType
public interface Compressor extends AutoCloseable {

    /** What {@link #compress} answers when the result does not fit. */
    int NO_FIT = -1;

    /**
     * The most bytes that a block of {@code length} bytes can become, so that {@link #compress} cannot answer NO_FIT; at
     * most twice as many and 64 KiB.
     */
    int maxCompressedBytes(int length);

    /**
     * Compresses one block. Positions, limits and byte orders of the buffers are the caller's: ignored, and left as
     * they are. Both buffers are direct, or both are backed by accessible arrays; they do not overlap.
     *
     * @param source holds the block at {@code sourceOffset}, {@code length} bytes, 1 to 1 MiB
     * @param target receives the result at {@code targetOffset}, at most {@code targetMax} bytes
     * @return the number of bytes written, or {@link #NO_FIT}; with a history, NO_FIT never happens if {@code targetMax}
     *     is at least {@link #maxCompressedBytes}
     * @throws IndexOutOfBoundsException if what is asked for does not lie within the buffers' capacity
     */
    int compress(ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax);

    /** Frees what it holds. Closing again has no effect. */
    @Override
    void close();
}
