/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.CodecException;
import java.nio.ByteBuffer;

/** Decompresses the blocks of one channel, whichever codecs they name. Owned by one loop. */
interface Decoders extends AutoCloseable {

    /**
     * Decompresses a DATA record's payload.
     *
     * @throws CodecException if the codec is not there, or the payload is not of it
     */
    void decompress(ByteBuffer memory, int recordOffset, ByteBuffer target, int targetOffset) throws CodecException;

    /** Keeps nothing of a codec that is used no more. */
    void forget(PlugIn<?> codec);

    @Override
    void close();
}
