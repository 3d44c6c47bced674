/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.text;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Byte counts as people read and write them: powers of 1024. */
public final class ByteCount {

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private static final Pattern SIZE = Pattern.compile("(\\d{1,19})([sSkKmMgGtT]?)");

    /** Each stands for so many bits; {@code s} is a sector, as to drbdadm. */
    private static final Map<String, Integer> BITS = Map.of("", 0, "s", 9, "k", 10, "m", 20, "g", 30, "t", 40);

    private static final String[] EXACT_UNITS = {"", "k", "M", "G", "T"};

    private ByteCount() {}

    /**
     * Reads bytes as configurations have them: {@code 512}, {@code 64M}.
     *
     * @throws IllegalArgumentException if it is no size; the message goes on after the text, and has a remedy
     */
    public static long parse(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new IllegalArgumentException("is not a size: use bytes with k, M, G or T, for example 64M");
        }
        int bits = BITS.get(size.group(2).toLowerCase(Locale.ROOT));
        try {
            return Math.multiplyExact(Long.parseLong(size.group(1)), 1L << bits);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("is more than any memory: use a smaller size, for example 64M", e);
        }
    }

    /** As {@link #parse} reads it, to the byte: {@code 64M}, {@code 1500}. */
    public static String exact(long bytes) {
        int unit = 0;
        long count = bytes;
        while (count != 0 && count % 1024 == 0 && unit < EXACT_UNITS.length - 1) {
            count /= 1024;
            unit++;
        }
        return count + EXACT_UNITS[unit];
    }

    /** One decimal where it says something. For example {@code 512 B}, {@code 1.5 KiB}, {@code 16 MiB}. */
    public static String text(long bytes) {
        double count = bytes;
        int unit = 0;
        // 1023.95 would be rounded to 1024.0, which the next unit says better
        while (Math.abs(count) >= (unit == 0 ? 1024 : 1023.95)) {
            count /= 1024;
            unit++;
        }
        String number = String.format(Locale.ROOT, "%.1f", count);
        return number.replaceFirst("\\.0$", "") + " " + UNITS[unit];
    }
}
