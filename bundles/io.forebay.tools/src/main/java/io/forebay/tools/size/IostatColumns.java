/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What iostat's columns and times mean (iostat(1) of sysstat: a kilobyte is 1024 bytes, a block and a sector 512). */
final class IostatColumns {
    private static final Map<String, Integer> WRITTEN_UNIT_BYTES = Map.of(
            "wkB/s", 1 << 10,
            "wMB/s", 1 << 20,
            "wsec/s", 512,
            "kB_wrtn/s", 1 << 10,
            "MB_wrtn/s", 1 << 20,
            "Blk_wrtn/s", 512);

    private static final Pattern TIME = Pattern.compile("(\\d{1,2}):(\\d{2}):(\\d{2})(?:\\s*([AaPp])[Mm])?");
    private static final int HALF_DAY_HOURS = 12;

    private IostatColumns() {}

    /** Which of the columns has what was written. */
    static Optional<String> written(Collection<String> columns) {
        return columns.stream().filter(WRITTEN_UNIT_BYTES::containsKey).findFirst();
    }

    static int unitBytes(String column) {
        return WRITTEN_UNIT_BYTES.get(column);
    }

    /** The second of the day that a line names; negative if none. */
    static int secondOfDay(String line) {
        Matcher time = TIME.matcher(line);
        if (!time.find()) {
            return -1;
        }
        int hour = Integer.parseInt(time.group(1));
        if (time.group(4) != null) {
            hour = hour % HALF_DAY_HOURS + (time.group(4).equalsIgnoreCase("p") ? HALF_DAY_HOURS : 0);
        }
        return (hour * 60 + Integer.parseInt(time.group(2))) * 60 + Integer.parseInt(time.group(3));
    }
}
