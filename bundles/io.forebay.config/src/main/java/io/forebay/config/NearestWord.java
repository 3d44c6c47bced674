/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant. */
public final class NearestWord {

    /** A spelling further away than this is taken for another word, not for a slip. */
    private static final int DISTANCE_MAX = 3;

    /** Nobody slips for longer than this; comparing would only cost time. */
    private static final int LENGTH_MAX = 64;

    private NearestWord() {}

    /** The nearest of {@code words}, all in small letters; empty if none is near. */
    public static Optional<String> to(String spelling, List<String> words) {
        if (spelling.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        String nearest = null;
        int least = Integer.MAX_VALUE;
        for (String word : words) {
            int distance = editDistance(spelling.toLowerCase(Locale.ROOT), word);
            if (distance < least) {
                least = distance;
                nearest = word;
            }
        }
        // half of a short word may not be wrong, or every word is near to every other
        boolean near = least <= DISTANCE_MAX && least * 2 <= spelling.length();
        return near ? Optional.of(nearest) : Optional.empty();
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
