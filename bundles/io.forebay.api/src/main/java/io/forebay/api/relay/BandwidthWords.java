/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import io.forebay.api.relay.BandwidthSchedule.Window;
import io.forebay.api.text.ByteCount;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of a {@link BandwidthSchedule}. For one use. */
final class BandwidthWords {

    static final String NONE = "none";
    private static final String OTHERWISE = "otherwise";

    private static final String EXAMPLE =
            "write bytes per second, for example 10M, or a schedule, for example mon-fri 08:00-18:00 10M, otherwise 100M";

    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final String DAY = String.join("|", DAYS);
    private static final Pattern DAY_WORD = Pattern.compile("(" + DAY + ")(?:-(" + DAY + "))?");
    private static final Pattern TIMES = Pattern.compile("(\\d{1,2}):(\\d{2})-(\\d{1,2}):(\\d{2})");

    private final List<String> words;
    private final List<Window> windows = new ArrayList<>();
    private final Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    private int next;

    BandwidthWords(String text) {
        // drbdadm makes words of their own of colons
        String plain = text.toLowerCase(Locale.ROOT).replaceAll("\\s*:\\s*", ":");
        words = Arrays.stream(plain.split("[\\s,]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    BandwidthSchedule read() {
        if (words.size() == 1 && !words.get(0).contains(":")) {
            return BandwidthSchedule.always(rate(words.get(0)));
        }
        long otherwise = 0;
        while (next < words.size()) {
            String word = words.get(next++);
            Matcher day = DAY_WORD.matcher(word);
            Matcher times = TIMES.matcher(word);
            if (day.matches()) {
                addDays(day.group(1), day.group(2) == null ? day.group(1) : day.group(2));
            } else if (times.matches()) {
                addWindow(times);
            } else if (word.equals(OTHERWISE) && days.isEmpty() && !windows.isEmpty()) {
                otherwise = rateAfter(word);
                end();
            } else {
                throw new IllegalArgumentException(
                        "has a word that does not belong there, \"" + word + "\": " + EXAMPLE);
            }
        }
        if (!days.isEmpty() || windows.isEmpty()) {
            throw new IllegalArgumentException("names days without a window: " + EXAMPLE);
        }
        return new BandwidthSchedule(windows, otherwise);
    }

    private void end() {
        if (next < words.size()) {
            throw new IllegalArgumentException("goes on after otherwise, which comes last: " + EXAMPLE);
        }
    }

    private void addDays(String first, String last) {
        DayOfWeek day = DayOfWeek.of(DAYS.indexOf(first) + 1);
        DayOfWeek end = DayOfWeek.of(DAYS.indexOf(last) + 1);
        days.add(day);
        while (day != end) {
            day = day.plus(1);
            days.add(day);
        }
    }

    private void addWindow(Matcher times) {
        LocalTime from = time(times.group(1), times.group(2), false);
        LocalTime until = time(times.group(3), times.group(4), true);
        Set<DayOfWeek> on = days.isEmpty() ? EnumSet.allOf(DayOfWeek.class) : EnumSet.copyOf(days);
        days.clear();
        windows.add(new Window(on, from, until, rateAfter(times.group())));
    }

    private static LocalTime time(String hours, String minutes, boolean end) {
        try {
            boolean midnight = end && hours.equals("24") && minutes.equals("00");
            return midnight ? LocalTime.MIDNIGHT : LocalTime.of(Integer.parseInt(hours), Integer.parseInt(minutes));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "has %s:%s, which is no time of day: write 00:00 to 23:59, or 24:00 as an end"
                            .formatted(hours, minutes),
                    e);
        }
    }

    private long rateAfter(String word) {
        if (next == words.size()) {
            throw new IllegalArgumentException("has no rate after " + word + ": " + EXAMPLE);
        }
        return rate(words.get(next++));
    }

    private static long rate(String word) {
        if (word.equals(NONE)) {
            return 0;
        }
        try {
            return ByteCount.parse(word);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("has \"" + word + "\", which is no rate: " + EXAMPLE, e);
        }
    }

    /** Days as they are read, with a space behind them; empty for all days. */
    static String days(Set<DayOfWeek> days) {
        if (days.size() == DAYS.size()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        for (DayOfWeek day : DayOfWeek.values()) {
            if (days.contains(day) && (day == DayOfWeek.MONDAY || !days.contains(day.minus(1)))) {
                DayOfWeek end = day;
                while (end != DayOfWeek.SUNDAY && days.contains(end.plus(1))) {
                    end = end.plus(1);
                }
                text.append(name(day)).append(end == day ? "" : "-" + name(end)).append(' ');
            }
        }
        return text.toString();
    }

    private static String name(DayOfWeek day) {
        return DAYS.get(day.getValue() - 1);
    }
}
