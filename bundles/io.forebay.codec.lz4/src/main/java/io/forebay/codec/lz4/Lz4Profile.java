/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.lz4;

import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import net.jpountz.lz4.LZ4Factory;

/** A level; each block stands alone. */
record Lz4Profile(int level, LZ4Factory factory) implements CodecProfile {

    static final int FAST_LEVEL = 1;

    @Override
    public String words() {
        return "level " + level;
    }

    @Override
    public boolean history() {
        return false;
    }

    @Override
    public Compressor compressor() {
        return new Lz4Compressor(level == FAST_LEVEL ? factory.fastCompressor() : factory.highCompressor(level));
    }
}
