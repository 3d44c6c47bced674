/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import io.forebay.api.text.ByteCount;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * How fast may be sent at which time of day: {@code 10M}, or {@code mon-fri 08:00-18:00 10M, otherwise 100M}. Times are those
 * of the machine's time zone. A value; all of it is immutable.
 *
 * @param windows the first one that a moment falls into counts
 * @param otherwiseBytesPerS at all other times; 0 for no limit
 */
public record BandwidthSchedule(List<Window> windows, long otherwiseBytesPerS) {

    /** Never a limit. */
    public static final BandwidthSchedule UNLIMITED = always(0);

    /** Longer than from any change to the next, for days repeat after seven. */
    private static final int DAYS_AHEAD = 8;

    /**
     * A window of the day.
     *
     * @param days on which it begins
     * @param from when it begins
     * @param until when it ends: on the next day, if that is not later than {@code from}
     * @param bytesPerS the limit in it; 0 for none
     */
    public record Window(Set<DayOfWeek> days, LocalTime from, LocalTime until, long bytesPerS) {

        public Window {
            days = Set.copyOf(days);
            checkRate(bytesPerS);
        }

        private boolean holds(LocalDateTime moment) {
            LocalTime time = moment.toLocalTime();
            boolean begun = !time.isBefore(from);
            boolean ended = !time.isBefore(until);
            DayOfWeek today = moment.getDayOfWeek();
            if (from.isBefore(until)) {
                return begun && !ended && days.contains(today);
            }
            return begun && days.contains(today) || !ended && days.contains(today.minus(1));
        }
    }

    /**
     * A change of the limit.
     *
     * @param at when
     * @param bytesPerS the limit from then on; 0 for none
     */
    public record Change(ZonedDateTime at, long bytesPerS) {}

    public BandwidthSchedule {
        windows = List.copyOf(windows);
        checkRate(otherwiseBytesPerS);
    }

    private static void checkRate(long bytesPerS) {
        if (bytesPerS < 0) {
            throw new IllegalArgumentException("less than nothing: bytesPerS=" + bytesPerS);
        }
    }

    /** The same limit at all times; 0 for none. */
    public static BandwidthSchedule always(long bytesPerS) {
        return new BandwidthSchedule(List.of(), bytesPerS);
    }

    /**
     * Reads a limit: bytes per second, or windows and what holds otherwise (without that: no limit). Commas may be left out,
     * or stand instead of the spaces.
     *
     * @throws IllegalArgumentException if it is none; the message goes on after the text, and has a remedy
     */
    public static BandwidthSchedule parse(String text) {
        return new BandwidthWords(text).read();
    }

    /** The same schedule in one word, for command lines that split at spaces. */
    public static String oneWord(String text) {
        return text.strip().replaceAll("[\\s,]+", ",");
    }

    /** Whether the limit is always the same. */
    public boolean isConstant() {
        return windows.isEmpty();
    }

    /** The limit at a moment, in bytes per second; 0 for none. */
    public long bytesPerS(Instant at, ZoneId zone) {
        LocalDateTime moment = LocalDateTime.ofInstant(at, zone);
        return windows.stream()
                .filter(window -> window.holds(moment))
                .findFirst()
                .map(Window::bytesPerS)
                .orElse(otherwiseBytesPerS);
    }

    /** When the limit is another one for the first time after a moment; empty if never. */
    public Optional<Change> next(Instant after, ZoneId zone) {
        long present = bytesPerS(after, zone);
        return moments(after, zone).stream()
                .filter(at -> at.isAfter(after) && bytesPerS(at, zone) != present)
                .findFirst()
                .map(at -> new Change(at.atZone(zone), bytesPerS(at, zone)));
    }

    /** All moments at which the limit may change; the clocks, too, may change from or to daylight saving time. */
    private TreeSet<Instant> moments(Instant after, ZoneId zone) {
        TreeSet<Instant> moments = new TreeSet<>();
        LocalDate today = LocalDate.ofInstant(after, zone);
        for (int day = 0; day <= DAYS_AHEAD; day++) {
            for (Window window : windows) {
                for (LocalTime time : List.of(window.from, window.until)) {
                    ZonedDateTime at = today.plusDays(day).atTime(time).atZone(zone);
                    moments.add(at.toInstant());
                    moments.add(at.withLaterOffsetAtOverlap().toInstant());
                }
            }
        }
        if (!windows.isEmpty() && zone.getRules().nextTransition(after) != null) {
            moments.add(zone.getRules().nextTransition(after).getInstant());
        }
        return moments;
    }

    /** As it is written in a configuration; {@link #parse} reads it. */
    @Override
    public String toString() {
        String otherwise = rate(otherwiseBytesPerS);
        return windows.isEmpty()
                ? otherwise
                : windows.stream().map(BandwidthSchedule::text).collect(Collectors.joining(", "))
                        + ", otherwise "
                        + otherwise;
    }

    private static String text(Window window) {
        String until = window.until.equals(LocalTime.MIDNIGHT) ? "24:00" : window.until.toString();
        return BandwidthWords.days(window.days) + window.from + "-" + until + " " + rate(window.bytesPerS);
    }

    private static String rate(long bytesPerS) {
        return bytesPerS == 0 ? BandwidthWords.NONE : ByteCount.exact(bytesPerS);
    }
}
