/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.codec;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decompresses blocks. One thread at a time, not always the same one. Usable again after a CodecException, unless it has a
 * history.
 *
 * <p>Its input comes from the other site, and may be anything. Once warm it should allocate nothing per block.
 */
@ConsumerType
public interface Decompressor extends AutoCloseable {

    /**
     * Decompresses one block. Positions, limits and byte orders of the buffers are the caller's: ignored, and left as
     * they are. Both buffers are direct, or both are backed by accessible arrays; they do not overlap. Never writes outside
     * the room given, and never holds more memory than the codec's documented bound, whatever the input.
     *
     * @param source holds the compressed block at {@code sourceOffset}, {@code length} bytes
     * @param target receives the block at {@code targetOffset}
     * @param targetLength the exact length of the block, known from its record
     * @throws CodecException if the input is not a block of this codec, or not of that length;
     *     what is in the target's room then does not matter
     * @throws IndexOutOfBoundsException if what is asked for does not lie within the buffers' capacity
     */
    void decompress(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetLength)
            throws CodecException;

    /** Frees what it holds. Closing again has no effect. */
    @Override
    void close();
}
