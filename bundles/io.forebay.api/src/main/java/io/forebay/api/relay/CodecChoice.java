/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A codec as a configuration spells it, for example {@code zstd level 7}.
 *
 * @param name the codec's name; {@link #NONE} for no compression
 * @param options the words that follow, in pairs; a lone last word has an empty value
 */
public record CodecChoice(String name, Map<String, String> options) {

    /** The name that means: no compression. */
    public static final String NONE = "none";

    public CodecChoice {
        options = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** Whether it is no compression. */
    public boolean isNone() {
        return name.equals(NONE);
    }

    /**
     * Reads a choice.
     *
     * @throws IllegalArgumentException if there is no word at all, or a word stands twice
     */
    public static CodecChoice parse(String words) {
        String[] word = words.strip().split("\\s+");
        if (word[0].isEmpty()) {
            throw new IllegalArgumentException("no codec named (expected: none, or a codec such as \"zstd level 3\")");
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; i < word.length; i += 2) {
            if (options.put(word[i], i + 1 < word.length ? word[i + 1] : "") != null) {
                throw new IllegalArgumentException("codec option given twice: " + word[i]);
            }
        }
        return new CodecChoice(word[0], options);
    }

    /** The choice as a configuration spells it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name);
        options.forEach((key, value) -> text.append(' ').append(key).append(value.isEmpty() ? "" : " " + value));
        return text.toString();
    }
}
