/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.BandwidthSchedule.Change;
import io.forebay.api.relay.BandwidthStatus;
import io.forebay.api.text.ByteCount;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * A bandwidth limit.
 *
 * @param schedule as configured; {@code none} without a limit
 * @param bytesPerS in force now; 0 for none
 * @param nextChange when it changes, in ISO 8601; empty if never
 * @param nextBytesPerS the limit after that; 0 for none, and if it never changes
 * @param until day and time of the change, for people; empty if never
 */
record BandwidthText(String schedule, long bytesPerS, String nextChange, long nextBytesPerS, String until) {

    private static final DateTimeFormatter DAY_AND_TIME = DateTimeFormatter.ofPattern("EEE HH:mm", Locale.ROOT);

    static BandwidthText of(BandwidthStatus.Limit limit) {
        Optional<Change> next = limit.next();
        return new BandwidthText(
                limit.schedule().toString(),
                limit.bytesPerS(),
                next.map(change -> change.at().toOffsetDateTime().toString()).orElse(""),
                next.map(Change::bytesPerS).orElse(0L),
                next.map(change -> DAY_AND_TIME.format(change.at())).orElse(""));
    }

    /** What is in force and until when, for a column. */
    String brief() {
        return until.isEmpty() ? rate(bytesPerS) : rate(bytesPerS) + " until " + until;
    }

    /** All of it. */
    String text() {
        return until.isEmpty() ? rate(bytesPerS) : "%s, then %s (%s)".formatted(brief(), rate(nextBytesPerS), schedule);
    }

    static String rate(long bytesPerS) {
        return bytesPerS == 0 ? "none" : ByteCount.text(bytesPerS) + "/s";
    }
}
