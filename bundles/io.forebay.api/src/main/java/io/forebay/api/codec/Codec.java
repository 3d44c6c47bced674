/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.codec;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A compression format. Thread-safe.
 *
 * <p>The name is all that the other site knows of the format: a codec must decompress what every codec of its name has ever
 * made, in any version of its bundle. A format that cannot do that is another codec, with another name.
 */
@ConsumerType
public interface Codec {

    /**
     * The name used in configurations and on the wire, as DRBD Proxy spells it: {@code zstd}, {@code zlib}, {@code lz4}.
     * Always the same; 1 to 32 letters, digits and {@code . _ -}; not {@code none}.
     */
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
     * @throws IllegalArgumentException if {@code history} is asked for and no profile of this codec has one
     */
    Decompressor decompressor(boolean history);
}
