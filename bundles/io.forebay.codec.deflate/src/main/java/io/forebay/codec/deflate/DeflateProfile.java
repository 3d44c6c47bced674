/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.deflate;

import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;

/** A level; each block stands alone. */
record DeflateProfile(int level) implements CodecProfile {

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
        return new DeflateCompressor(level);
    }
}
