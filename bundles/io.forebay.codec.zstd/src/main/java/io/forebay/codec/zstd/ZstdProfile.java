/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.zstd;

import com.github.luben.zstd.ZstdCompressCtx;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import java.util.Optional;

/** Level and window. */
record ZstdProfile(int level, Window window, ScratchPool scratches) implements CodecProfile {

    /** The window for small blocks: a wider one finds little more, and each channel would hold it. */
    private static final int LINKED_WINDOW_LOG = 18;

    /**
     * How far back blocks refer to each other.
     *
     * @param log the logarithm of its bytes; 0 if each block stands alone
     * @param isLong whether repeats are searched in all of it by a table of their own, as {@code zstd --long} does
     */
    record Window(int log, boolean isLong) {

        static final Window NONE = new Window(0, false);
        private static final Window LINKED = new Window(LINKED_WINDOW_LOG, false);

        private String words() {
            return isLong ? " long " + log : "";
        }
    }

    @Override
    public String words() {
        return "level " + level + windowWords();
    }

    /** What follows the level. */
    String windowWords() {
        return window.words();
    }

    @Override
    public boolean history() {
        return window.log != 0;
    }

    @Override
    public Optional<CodecProfile> linked() {
        return history() ? Optional.empty() : Optional.of(new ZstdProfile(level, Window.LINKED, scratches));
    }

    @Override
    public Compressor compressor() {
        ZstdCompressCtx context = new ZstdCompressCtx()
                .setMagicless(true)
                .setContentSize(false)
                .setChecksum(false)
                .setDictID(false)
                .setLevel(level);
        if (!history()) {
            return new ZstdBlockCompressor(context, scratches);
        }
        return new ZstdStreamCompressor(
                window.isLong ? context.setLong(window.log) : context.setWindowLog(window.log), scratches);
    }
}
