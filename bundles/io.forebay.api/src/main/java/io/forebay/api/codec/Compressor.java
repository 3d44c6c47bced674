/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.codec;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/** Compresses blocks. One thread at a time. */
@ConsumerType
public interface Compressor extends AutoCloseable {

    /** What {@link #compress} answers when the result does not fit. */
    int NO_FIT = -1;

    /** The most bytes that a block of {@code length} bytes can become, so that {@link #compress} cannot answer NO_FIT. */
    int maxCompressedBytes(int length);

    /**
     * Compresses one block. Positions and limits of the buffers are ignored and left as they are. Both buffers are
     * direct, or both are backed by accessible arrays; they do not overlap.
     *
     * @param source holds the block at {@code sourceOffset}, {@code length} bytes, 1 to 1 MiB
     * @param target receives the result at {@code targetOffset}, at most {@code targetMax} bytes
     * @return the number of bytes written, or {@link #NO_FIT}; with a history, NO_FIT never happens if {@code targetMax}
     *     is at least {@link #maxCompressedBytes}
     */
    int compress(ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax);

    /** Frees what it holds. */
    @Override
    void close();
}
