/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.text;

import java.util.Locale;

/** Writes byte counts for people: powers of 1024, one decimal where it says something. */
public final class ByteCount {

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private ByteCount() {}

    /** For example {@code 512 B}, {@code 1.5 KiB}, {@code 16 MiB}. */
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
