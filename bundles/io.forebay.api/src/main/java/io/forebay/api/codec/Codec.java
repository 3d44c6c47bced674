/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.codec;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** A compression format. Thread-safe. */
@ConsumerType
public interface Codec {

    /** The name used in configurations and on the wire, as DRBD Proxy spells it: {@code zstd}, {@code zlib}, {@code lz4}. */
    String name();

    /**
     * Makes a compression profile of the words that follow the name in a configuration, for example
     * {@code level=7} of {@code zstd level 7}.
     *
     * @param options words in pairs, in the order they were written; a lone last word has an empty value
     * @throws IllegalArgumentException if an option is unknown or out of range; the message is a sentence that names the
     *     option, its value, and what is possible
     */
    CodecProfile profile(Map<String, String> options);

    /**
     * Makes a decompressor.
     *
     * @param history whether it must follow the history of one stream: it then gets every block that the compressor
     *     made, in order; otherwise each block stands alone
     */
    Decompressor decompressor(boolean history);
}
