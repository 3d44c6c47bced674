/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The keys of a relay's file. */
enum RelayKey {
    INSIDE("inside"),
    DRBD("drbd"),
    OUTSIDE("outside"),
    PEER("peer"),
    NAME("name"),
    RESOURCE("resource"),
    MEMLIMIT("memlimit"),
    CODEC("codec"),
    ALLOCATOR("allocator"),
    DRAIN_TIMEOUT("drain-timeout"),
    RESUME_TIMEOUT("resume-timeout");

    /** A spelling further away than this is taken for another word, not for a slip. */
    private static final int DISTANCE_MAX = 3;

    private final String spelling;

    RelayKey(String spelling) {
        this.spelling = spelling;
    }

    /** The key as the file spells it. */
    String spelling() {
        return spelling;
    }

    static Optional<RelayKey> of(String spelling) {
        return Arrays.stream(values())
                .filter(key -> key.spelling.equals(spelling))
                .findFirst();
    }

    /** The key that was probably meant; empty if none is near. */
    static Optional<RelayKey> nearest(String spelling) {
        RelayKey nearest = null;
        int least = Integer.MAX_VALUE;
        for (RelayKey key : values()) {
            int distance = editDistance(spelling.toLowerCase(Locale.ROOT), key.spelling);
            if (distance < least) {
                least = distance;
                nearest = key;
            }
        }
        // half of a short word may not be wrong, or every word is near to every other
        boolean near = least <= DISTANCE_MAX && least * 2 <= spelling.length();
        return near ? Optional.of(nearest) : Optional.empty();
    }

    static List<String> spellings() {
        return Arrays.stream(values()).map(RelayKey::spelling).toList();
    }

    /** How many letters to insert, drop or replace (Levenshtein). */
    private static int editDistance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int column = 0; column < above.length; column++) {
            above[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[above.length];
            current[0] = row;
            for (int column = 1; column < above.length; column++) {
                int replaced = above[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, 1 + Math.min(above[column], current[column - 1]));
            }
            above = current;
        }
        return above[to.length()];
    }
}
