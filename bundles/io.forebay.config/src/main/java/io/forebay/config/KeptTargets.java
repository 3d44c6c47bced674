/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Target filters of plug-ins that were swapped for others. A filter is about the plug-in beside it, so it goes with that and
 * comes back with it. It is kept in the configuration itself, under a key that is nobody's to write, and so only until the
 * relay's file is read again.
 */
final class KeptTargets {

    /** A key that begins with a dot is not part of the file. */
    private static final String PREFIX = ".kept.";

    private KeptTargets() {}

    private static RelayKey target(RelayKey key) {
        return key == RelayKey.CODEC ? RelayKey.CODEC_TARGET : RelayKey.ALLOCATOR_TARGET;
    }

    private static String keyOf(RelayKey target, String plugIn) {
        return PREFIX + target.spelling() + "." + plugIn;
    }

    /** The filter that is kept for a plug-in; empty if there is none. {@code key} is codec or allocator. */
    static String of(Map<String, Object> properties, RelayKey key, String plugIn) {
        return String.valueOf(properties.getOrDefault(keyOf(target(key), plugIn), ""));
    }

    /**
     * One plug-in goes with its filter, another comes with its own.
     *
     * @return remarks for whoever asked, a sentence each
     */
    static List<String> exchange(Map<String, Object> properties, RelayKey key, String from, String to) {
        RelayKey target = target(key);
        List<String> remarks = new ArrayList<>();
        Object gone = properties.remove(target.spelling());
        if (gone != null) {
            properties.put(keyOf(target, from), gone);
            remarks.add("%s = %s is about %s and does not hold for %s: it does again when %s is swapped back."
                    .formatted(target.spelling(), gone, from, to, from));
        }
        Object back = properties.remove(keyOf(target, to));
        if (back != null) {
            properties.put(target.spelling(), back);
            remarks.add("%s = %s holds for it again.".formatted(target.spelling(), back));
        }
        return remarks;
    }
}
