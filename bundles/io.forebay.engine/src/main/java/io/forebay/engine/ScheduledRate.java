/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.BandwidthStatus;
import io.forebay.api.text.ByteCount;
import io.forebay.api.transport.Loop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Keeps a {@link LineRate} at what a schedule says, by the wall clock and the machine's time zone. That clock may be set, and a
 * machine may sleep, so it is looked at every few seconds, too. Thread-safe.
 */
final class ScheduledRate {

    private static final long LOOK_NS = 5_000_000_000L;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("EEE HH:mm", Locale.ROOT);

    private final LineRate rate = new LineRate();
    private final Clock clock;
    private final Loop loop;
    private final Listener listener;
    private BandwidthSchedule schedule = BandwidthSchedule.UNLIMITED;
    private long inForce;
    private Loop.Timer timer;
    private boolean closed;

    /** Is told of every change of the rate, also of one that was asked for. */
    interface Listener {
        /** With a sentence for operators; empty if it was asked for. */
        void onRate(String sentence);
    }

    ScheduledRate(Clock clock, Loop loop, Listener listener) {
        this.clock = clock;
        this.loop = loop;
        this.listener = listener;
    }

    LineRate rate() {
        return rate;
    }

    /** Changes the schedule. */
    void put(BandwidthSchedule next) {
        boolean changed;
        synchronized (this) {
            schedule = next;
            changed = settle();
        }
        if (changed) {
            listener.onRate("");
        }
    }

    private void look() {
        String sentence = "";
        synchronized (this) {
            if (closed) {
                return;
            }
            if (settle()) {
                sentence = "by its schedule bwlimit is %s now%s".formatted(text(inForce), until());
            }
        }
        if (!sentence.isEmpty()) {
            listener.onRate(sentence);
        }
    }

    /** Puts the rate of this moment in force, and looks again when it may be another; whether it is another one. */
    private boolean settle() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        Instant now = clock.instant();
        if (!closed && !schedule.isConstant()) {
            long nextNs = schedule.next(now, clock.getZone())
                    .map(change -> Duration.between(now, change.at()))
                    .filter(left -> left.compareTo(Duration.ofNanos(LOOK_NS)) < 0)
                    .map(Duration::toNanos)
                    .orElse(LOOK_NS);
            timer = loop.schedule(this::look, nextNs);
        }
        long bytesPerS = schedule.bytesPerS(now, clock.getZone());
        boolean changed = bytesPerS != inForce;
        if (changed) {
            inForce = bytesPerS;
            rate.limit(bytesPerS);
        }
        return changed;
    }

    private String until() {
        return schedule.next(clock.instant(), clock.getZone())
                .map(change -> ", until " + text(change.at()))
                .orElse("");
    }

    private static String text(ZonedDateTime at) {
        return TIME.format(at);
    }

    private static String text(long bytesPerS) {
        return bytesPerS == 0 ? "none" : ByteCount.text(bytesPerS) + "/s";
    }

    /** For operators. */
    synchronized BandwidthStatus.Limit status() {
        return new BandwidthStatus.Limit(schedule, inForce, schedule.next(clock.instant(), clock.getZone()));
    }

    /** Looks no more. */
    synchronized void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
    }
}
