/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Decompressor;

/** Where workers get a decompressor for blocks of one codec: blocks that stand alone, or those of one history. */
interface Decoder {

    /** Whose decompressors they are. */
    PlugIn<Codec> plugIn();

    /**
     * Takes a decompressor. May run code of the plug-in, and so throw anything.
     *
     * @throws CodecException if there can be none any more
     */
    Decompressor take() throws CodecException;

    /** Gives one back; closes it unless it is {@code reusable}. May run code of the plug-in; throws nothing all the same. */
    void giveBack(Decompressor decompressor, boolean reusable);
}
