/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.BandwidthStatus;
import io.forebay.api.relay.DrbdPatience;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.text.ByteCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What DRBD and a relay should be told for a line, by what was measured on it. The formulas and their reasons are in
 * docs/wan-tuning.md.
 */
final class Advisor {

    private static final int TENTHS = 10;

    /** DRBD's own, and the most that it takes (drbd.conf(5)), in tenths of a second. */
    private static final int PING_TIMEOUT_TENTHS = 5;

    private static final int PING_TIMEOUT_MOST_TENTHS = 300;

    /** DRBD's own, and the most that it takes, in pages of 4 KiB. */
    private static final int MAX_BUFFERS = 2_048;

    private static final int MAX_BUFFERS_MOST = 131_072;
    private static final int PAGE_BYTES = 4_096;

    /** What the far DRBD should have room for, of what the line brings. */
    private static final double BUFFERED_SECONDS = 0.25;

    private static final long CONGESTION_FILL_MOST_BYTES = 10L << 30;
    private static final double CONGESTION_FILL = 0.9;

    /** Meta waits no longer than this for data on the same line. */
    private static final double QUEUE_SECONDS = 0.05;

    /** The far relay gives credit for such a part of its memlimit (docs/architecture.md, Memory). */
    private static final int WINDOW_PARTS = 8;

    private static final double SHARED = 0.9;
    private static final double HARDLY_COMPRESSED = 1.05;

    /** The codec that chooses its level by what is scarce, line or CPU (docs/configuration.md, Codecs). */
    private static final String LEVEL_THAT_FITS = "zstd level auto";

    /** From here on a window that a loss halves takes seconds to grow again. */
    private static final double LONG_ROUND_TRIP_SECONDS = 0.02;

    private final RelaySettings settings;
    private final BandwidthStatus bandwidth;
    private final LineMeasure seen;
    private final DrbdPatience given;
    private final double rate;
    private final double outageSeconds;
    private final DrbdPatience patience;
    private final long memlimitBytes;
    private final long wantedBytes;

    /**
     * One line of a configuration.
     *
     * @param where {@code net} of drbd.conf, or {@code relay}
     * @param key as that configuration spells it
     * @param value likewise
     * @param reason in a few words
     */
    record Line(String where, String key, String value, String reason) {}

    /**
     * With the limits that are in force.
     *
     * @param lineBytesPerSecond what the line takes; 0 for what was measured
     * @param patience that DRBD has now
     */
    Advisor(
            RelaySettings settings,
            BandwidthStatus bandwidth,
            LineMeasure seen,
            double lineBytesPerSecond,
            DrbdPatience patience) {
        this.settings = settings;
        this.bandwidth = bandwidth;
        this.seen = seen;
        this.given = patience;
        this.rate = rate(lineBytesPerSecond);
        this.outageSeconds = settings.timeouts().resumeMs() / 1e3;
        double heldBytes = DrbdPatience.usableBytes(seen.peakBytes())
                + outageSeconds * seen.writtenBytesPerSecond() / seen.ratio();
        long useful = Math.max(
                Math.max(RelaySettings.MEMLIMIT_DEFAULT_BYTES, onItsWayBytes()),
                DrbdPatience.memlimitBytesFor(heldBytes));
        this.wantedBytes = seen.stalls() > 0 ? Math.max(useful, 2 * settings.memlimitBytes()) : useful;
        this.patience = new DrbdPatience(patience.timeoutTenths(), koCount());
        this.memlimitBytes = Math.min(wantedBytes, this.patience.memlimitBytesMost(rate));
    }

    /** What the far relay must give credit for, or the line would not be full, in the memlimit that has it. */
    private long onItsWayBytes() {
        long bytes = (long) (rate * (seen.roundTripSeconds() + QUEUE_SECONDS) * WINDOW_PARTS);
        return (bytes >> 20) + 1 << 20;
    }

    private double rate(double lineBytesPerSecond) {
        double line = lineBytesPerSecond > 0 ? lineBytesPerSecond : seen.lineBytesPerSecond();
        long limit = bandwidth.inForce().bytesPerS();
        return limit > 0 ? Math.min(line, limit) : line;
    }

    private int koCount() {
        if (given.koCount() == 0) {
            return 0;
        }
        int wanted = given.koCountFor(outageSeconds + wantedBytes / rate);
        return Math.max(given.koCount(), Math.min(wanted, DrbdPatience.KO_COUNT_MAX));
    }

    /** The rate that all this is computed with, in bytes per second on the line. */
    double rate() {
        return rate;
    }

    /** All lines, in the order in which they are best read. */
    List<Line> lines() {
        List<Line> lines = new ArrayList<>(net());
        lines.addAll(relay());
        return lines;
    }

    private List<Line> net() {
        List<Line> lines = new ArrayList<>();
        lines.add(net("protocol", "A", "with C each write waits %s for the far node".formatted(milliseconds())));
        int pingTenths = (int) Math.ceil((outageSeconds + seen.roundTripSeconds() + QUEUE_SECONDS) * TENTHS);
        int pingTimeout = Math.max(PING_TIMEOUT_TENTHS, Math.min(pingTenths, PING_TIMEOUT_MOST_TENTHS));
        lines.add(net(
                "ping-timeout",
                pingTimeout,
                "an outage of up to %.0f s costs no connection".formatted(pingTimeout / (double) TENTHS)));
        int check =
                Math.max(PING_TIMEOUT_TENTHS, (int) Math.ceil(4 * (seen.roundTripSeconds() + QUEUE_SECONDS) * TENTHS));
        lines.add(net("socket-check-timeout", check, "or connecting would wait for ping-timeout; DRBD 9"));
        lines.add(
                net("timeout", patience.timeoutTenths(), "tenths of a second; must stay below ping-int, connect-int"));
        lines.add(net("ko-count", patience.koCount(), koReason()));
        lines.add(net(
                "max-buffers",
                maxBuffers(),
                "pages, on the far node: %.2f s of what comes in".formatted(BUFFERED_SECONDS)));
        lines.add(net("sndbuf-size", 0, "the relay is near; the BAB is the buffer"));
        lines.add(net("on-congestion", "pull-ahead", "writes never wait for a full BAB; needs protocol A"));
        lines.add(net("congestion-fill", congestionFill(), "nine tenths of what the BAB takes, uncompressed"));
        return lines;
    }

    private String koReason() {
        return patience.koCount() == 0
                ? "DRBD never gives up"
                : format(
                        "memlimit / rate = %.1f s < %.1f s = timeout / 10 x ko-count",
                        memlimitBytes / rate, patience.seconds());
    }

    private int maxBuffers() {
        double pages = rate * seen.ratio() * BUFFERED_SECONDS / PAGE_BYTES;
        int thousands = (int) Math.ceil(Math.min(pages, MAX_BUFFERS_MOST) / 1_000) * 1_000;
        return Math.min(Math.max(MAX_BUFFERS, thousands), MAX_BUFFERS_MOST);
    }

    private String congestionFill() {
        double bytes = DrbdPatience.usableBytes(memlimitBytes) * CONGESTION_FILL * Math.max(1, seen.ratio());
        return size((long) Math.min(bytes, CONGESTION_FILL_MOST_BYTES));
    }

    private List<Line> relay() {
        List<Line> lines = new ArrayList<>();
        String memlimit = size(memlimitBytes);
        lines.add(relay("memlimit", memlimit, memlimitReason()));
        if (settings.reserveBytes() > ByteCount.parse(memlimit)) {
            lines.add(relay("reserve", memlimit, "it cannot be more than the memlimit"));
        }
        lines.add(bwlimit());
        lines.add(codec());
        lines.add(relay(
                "resume-timeout",
                settings.timeouts().resumeMs() + "ms",
                format("as it is; outage and delivery must fit into %.0f s", patience.seconds())));
        if (settings.line().congestion().isEmpty() && seen.roundTripSeconds() >= LONG_ROUND_TRIP_SECONDS) {
            lines.add(relay("congestion", "bbr", "a lost packet does not halve the rate, if this system has it"));
        }
        return lines;
    }

    private String memlimitReason() {
        if (memlimitBytes < wantedBytes) {
            return "%s would be wanted, but takes longer to deliver than DRBD waits".formatted(size(wantedBytes));
        }
        if (memlimitBytes == onItsWayBytes()) {
            return format("an eighth of it is what a full line of this length holds");
        }
        String held = "%s were held at most, and an outage of %.0f s".formatted(size(seen.peakBytes()), outageSeconds);
        return seen.stalls() > 0 ? "the BAB was full %d times".formatted(seen.stalls()) : held;
    }

    private Line bwlimit() {
        BandwidthSchedule its = bandwidth.relay().schedule();
        if (!its.equals(BandwidthSchedule.UNLIMITED)) {
            return relay("bwlimit", its.toString(), "as it is");
        }
        if (bandwidth.forebay().bytesPerS() > 0) {
            return relay("bwlimit", "0", "all relays together have a limit");
        }
        return seen.isLineFull()
                ? relay("bwlimit", size((long) (rate * SHARED)), "only if others need the line: nine tenths of it")
                : relay("bwlimit", "0", "the line was not full");
    }

    private Line codec() {
        String now = settings.codec().toString();
        if (settings.codec().isNone()) {
            return relay(
                    "codec", LEVEL_THAT_FITS, "try it: nothing compresses now, and this takes the level that fits");
        }
        if (seen.ratio() < HARDLY_COMPRESSED) {
            return relay("codec", "lz4", format("the data hardly compresses (%.2f)", seen.ratio()));
        }
        if (now.equals("lz4") && seen.isLineFull()) {
            return relay(
                    "codec",
                    LEVEL_THAT_FITS,
                    "the line is what limits; more compression, as CPU allows, makes it wider");
        }
        return relay("codec", now, format("as it is; reaches %.2f", seen.ratio()));
    }

    private String milliseconds() {
        return seen.roundTripSeconds() == 0 ? "a round trip" : format("%.1f ms", seen.roundTripSeconds() * 1e3);
    }

    /** Whole KiB or MiB, as all these configurations read it. */
    private static String size(long bytes) {
        int bits = bytes >= 16 << 20 ? 20 : 10;
        return ByteCount.exact(bytes >> bits << bits);
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }

    private static Line net(String key, Object value, String reason) {
        return new Line("net", key, value.toString(), reason);
    }

    private static Line relay(String key, String value, String reason) {
        return new Line("relay", key, value, reason);
    }
}
