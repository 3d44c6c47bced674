/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Decompressor;

/** The decompressor of one history: one channel's blocks of one codec, from a start to the next. One thread at a time. */
final class HistoryDecoder implements Decoder, AutoCloseable {

    private final LentCodec codec;
    private HistoryDecoder former;
    private Decompressor decompressor;
    private boolean broken;
    private boolean closed;

    /** With the history that ends as this one begins, to be closed by whoever uses this; {@code null} for none. */
    HistoryDecoder(LentCodec codec, HistoryDecoder former) {
        this.codec = codec;
        this.former = former;
        codec.enter();
    }

    @Override
    public PlugIn<Codec> plugIn() {
        return codec.plugIn();
    }

    @Override
    public Decompressor take() throws CodecException {
        closeFormer();
        if (broken) {
            throw new CodecException("an earlier block of its history could not be decompressed");
        }
        if (decompressor == null) {
            decompressor = plugIn().service().decompressor(true);
        }
        return decompressor;
    }

    @Override
    public void giveBack(Decompressor same, boolean reusable) {
        if (!reusable) {
            end();
        }
    }

    private void end() {
        broken = true;
        PlugIns.close(plugIn(), decompressor);
        decompressor = null;
    }

    @Override
    public void close() {
        closeFormer();
        end();
        if (!closed) {
            closed = true;
            codec.exit();
        }
    }

    private void closeFormer() {
        if (former != null) {
            former.close();
            former = null;
        }
    }
}
