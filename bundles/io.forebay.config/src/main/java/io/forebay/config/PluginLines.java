/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.relay.CodecChoice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The lines of a {@code plugin} section. drbdadm passes their words on as they are, so they carry the codec and Forebay's
 * own options. For one use.
 *
 * <p>A line begins with a codec's name, a key of a relay, or a word of DRBD Proxy or DRX that this class knows. Of several
 * codecs the first compresses.
 */
final class PluginLines {

    /**
     * Keys that a line may set; all others have an option of their own in {@code drbd.conf}, or are addresses. A bandwidth limit
     * has one, but that takes no schedule.
     */
    private static final Set<RelayKey> KEYS = Set.of(
            RelayKey.RESERVE,
            RelayKey.ALLOCATOR,
            RelayKey.DIAL,
            RelayKey.LINKS,
            RelayKey.DRAIN_TIMEOUT,
            RelayKey.RESUME_TIMEOUT,
            RelayKey.RESOURCE,
            RelayKey.BWLIMIT,
            RelayKey.CONGESTION,
            RelayKey.TLS);

    private static final int LZMA_LEVEL_DEFAULT = 4;
    private static final int ZSTD_LEVEL_OF_LZMA = 10;
    private static final int ZSTD_LEVEL_MAX = 19;

    private final List<CodecChoice> codecs = new ArrayList<>();
    private final Map<RelayKey, String> keys = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    /** What a first word means, if it is not a codec's name. */
    private interface Meaning {
        void take(PluginLines to, String line, List<String> words) throws ValueRefusedException;
    }

    private static final Map<String, Meaning> MEANINGS = Map.of(
            "lzma", (to, line, words) -> to.lzma(words),
            "noop", (to, line, words) -> to.notes.add("plugin noop has no effect here."),
            "debug", (to, line, words) -> to.notes.add("plugin debug has no effect here; see set loglevel debug."),
            "compressor", (to, line, words) -> to.compressor(words),
            "iqa", (to, line, words) -> to.iqa(words),
            "rx-memlimit",
                    (to, line, words) ->
                            to.notes.add("plugin " + line + " has no effect here: memlimit is for both directions."),
            "crypto", (to, line, words) -> refuseOtherEncryption(words));

    /**
     * Reads a line.
     *
     * @throws ValueRefusedException if it cannot be used; the message goes on after the line
     */
    void take(String line) throws ValueRefusedException {
        if (line.strip().startsWith(RelayKey.BWLIMIT.spelling() + " ")) {
            // a schedule has many words, and colons of its own
            keys.put(
                    RelayKey.BWLIMIT,
                    line.strip().substring(RelayKey.BWLIMIT.spelling().length()).strip());
            return;
        }
        // drbdadm's lexer makes words of "=" and ":", too: level=7 arrives as level = 7
        List<String> words = new ArrayList<>(List.of(line.strip().split("\\s+")));
        words.removeIf(word -> word.equals("=") || word.equals(":"));
        if (words.isEmpty() || words.get(0).isEmpty()) {
            throw new ValueRefusedException("names nothing: write for example zstd level 7");
        }
        Optional<RelayKey> key = RelayKey.of(words.get(0)).filter(KEYS::contains);
        if (key.isPresent()) {
            if (words.size() != 2 && (key.get() != RelayKey.LINKS || words.size() < 2)) {
                throw new ValueRefusedException("wants one value: write for example allocator mapped");
            }
            keys.put(key.get(), String.join(" ", words.subList(1, words.size())));
            return;
        }
        Meaning meaning = MEANINGS.get(words.get(0));
        if (meaning != null) {
            meaning.take(this, line, words);
        } else {
            codec(RelayValues.codec(String.join(" ", words)));
        }
    }

    /** Whether a line is about a key. */
    private static boolean isAbout(RelayKey key, String line) {
        PluginLines one = new PluginLines();
        try {
            one.take(line);
        } catch (ValueRefusedException e) {
            return false;
        }
        return key == RelayKey.CODEC ? !one.codecs.isEmpty() : one.keys.containsKey(key);
    }

    /** The lines with a key set: in the place of the first line about it, instead of all about it; else after the last. */
    static List<String> with(List<String> lines, RelayKey key, String value) {
        String line = key == RelayKey.CODEC ? value : key.spelling() + " " + value;
        List<String> changed = new ArrayList<>();
        boolean placed = false;
        for (String old : lines) {
            if (!isAbout(key, old)) {
                changed.add(old);
            } else if (!placed) {
                changed.add(line);
                placed = true;
            }
        }
        if (!placed) {
            changed.add(line);
        }
        return changed;
    }

    /** Whether a line can set a key. */
    static boolean carry(RelayKey key) {
        return key == RelayKey.CODEC || KEYS.contains(key);
    }

    private void codec(CodecChoice choice) {
        if (!codecs.isEmpty() && !choice.isNone()) {
            notes.add("plugin %s is not used: %s compresses already, and one codec does."
                    .formatted(choice, codecs.get(0)));
        }
        codecs.add(choice);
    }

    private void lzma(List<String> words) throws ValueRefusedException {
        int at = words.indexOf("level");
        String level = at < 0 ? String.valueOf(LZMA_LEVEL_DEFAULT) : at + 1 < words.size() ? words.get(at + 1) : "";
        if (!level.matches("[1-9]")) {
            throw new ValueRefusedException("has no level from 1 to 9: write for example lzma level 9");
        }
        int zstd = Math.min(ZSTD_LEVEL_MAX, ZSTD_LEVEL_OF_LZMA + Integer.parseInt(level));
        CodecChoice nearest = new CodecChoice("zstd", Map.of("level", String.valueOf(zstd)));
        notes.add("plugin lzma is not available: %s, the nearest codec, is used.".formatted(nearest));
        codec(nearest);
    }

    private void compressor(List<String> words) throws ValueRefusedException {
        if (words.size() < 2) {
            throw new ValueRefusedException("names no codec: write for example compressor zlib level 3");
        }
        take(String.join(" ", words.subList(1, words.size())));
    }

    private void iqa(List<String> words) throws ValueRefusedException {
        List<String> zlib = new ArrayList<>(words);
        zlib.set(0, "zlib");
        notes.add("plugin iqa is not available: zlib, which makes the same format, is used.");
        codec(RelayValues.codec(String.join(" ", zlib)));
    }

    /** To relay in clear what was to be encrypted would be worse than not to relay it. */
    private static void refuseOtherEncryption(List<String> words) throws ValueRefusedException {
        if (words.size() != 2 || !List.of("off", "none", "no").contains(words.get(1))) {
            throw new ValueRefusedException(
                    "asks for encryption of a kind that Forebay does not have: write tls on, and"
                            + " make keys with forebay keygen");
        }
    }

    /** All codecs that are named, the one that compresses first. */
    List<CodecChoice> codecs() {
        return codecs;
    }

    /** What lines set. */
    Map<RelayKey, String> keys() {
        return keys;
    }

    /** What is taken for something else, or has no effect; a sentence each. */
    List<String> notes() {
        return notes;
    }
}
