/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.zstd;

import com.github.luben.zstd.ZstdCompressCtx;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;

/** Level and window; {@code windowLog} is {@link #NO_HISTORY} if each block stands alone. */
record ZstdProfile(int level, int windowLog, ScratchPool scratches) implements CodecProfile {

    static final int NO_HISTORY = 0;

    @Override
    public String words() {
        return "level " + level + windowWords();
    }

    /** What follows the level. */
    String windowWords() {
        return history() ? " long " + windowLog : "";
    }

    @Override
    public boolean history() {
        return windowLog != NO_HISTORY;
    }

    @Override
    public Compressor compressor() {
        ZstdCompressCtx context = new ZstdCompressCtx()
                .setMagicless(true)
                .setContentSize(false)
                .setChecksum(false)
                .setDictID(false)
                .setLevel(level);
        return history()
                ? new ZstdStreamCompressor(context.setLong(windowLog), scratches)
                : new ZstdBlockCompressor(context, scratches);
    }
}
