/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.rle;

import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;

/** The shortest run, in words; each block stands alone. */
record RleProfile(int run) implements CodecProfile {

    @Override
    public String words() {
        return "run " + run;
    }

    @Override
    public boolean history() {
        return false;
    }

    @Override
    public Compressor compressor() {
        return new RleCompressor(run);
    }
}
