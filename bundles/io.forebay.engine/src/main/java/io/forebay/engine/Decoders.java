/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.CodecException;
import java.nio.ByteBuffer;
import java.util.List;

/** What decompresses the blocks of one channel, whichever codecs they name. Owned by one loop, but for {@link #close}. */
interface Decoders extends AutoCloseable {

    /**
     * What decompresses a DATA record's payload. Of those with a history, each must be asked for once and in order. Runs no
     * code of the plug-in.
     *
     * @throws CodecException if the codec is not there, or the history never began
     */
    Decoder decoder(ByteBuffer memory, int recordOffset) throws CodecException;

    /** Keeps nothing of a codec that is used no more; answers what is to be closed, on a worker. */
    List<HistoryDecoder> forget(PlugIn<?> codec);

    /** Closes what belongs to the channel alone. Runs code of plug-ins, so on a worker, when nothing else uses this. */
    @Override
    void close();
}
