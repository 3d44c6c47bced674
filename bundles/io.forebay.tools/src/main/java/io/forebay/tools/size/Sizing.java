/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

/**
 * What a relay needs for such writes, over a WAN of such a rate.
 *
 * <p>The rule: a full BAB must have gone over the line before DRBD gives its peer up, {@code memlimit / rate < timeout / 10 ×
 * ko-count}. What is recommended keeps a fifth of that time in reserve.
 *
 * @param written as it goes over the line, compressed
 * @param outageSeconds that the BAB is to take at the mean rate, beside the bursts
 */
record Sizing(WriteRates written, double outageSeconds, Patience patience) {
    /** Of the memlimit, a relay keeps back for receiving, and for the least of each channel (docs/architecture.md, Memory). */
    static final double USABLE = 13.0 / 16;

    static final double HEADROOM = 1.25;

    /** Of DRBD's patience, what a full BAB may take to be delivered. */
    private static final double SPENT = 0.8;

    private static final long MIB = 1 << 20;
    private static final double MIB_MAX = 1L << 40;

    /** What a relay has unless told otherwise; less saves nothing worth having. */
    private static final long MEMLIMIT_BYTES_DEFAULT = 16 * MIB;

    private static final int SEARCH_STEPS = 60;

    /**
     * A WAN, and what follows from its rate.
     *
     * @param wanBytesPerSecond the rate
     * @param peakBacklogBytes that bursts pile up
     * @param wantedBytes the memlimit that takes bursts and outage
     * @param memlimitBytes what is recommended: that, at least 16 MiB, at most what DRBD's patience allows
     */
    record Line(double wanBytesPerSecond, double peakBacklogBytes, long wantedBytes, long memlimitBytes) {
        /** Of a full BAB, had it the memlimit that is wanted. */
        double drainSeconds() {
            return wantedBytes / wanBytesPerSecond;
        }

        boolean isEnough() {
            return memlimitBytes >= wantedBytes;
        }
    }

    Line line(double wanBytesPerSecond) {
        double backlog = written.peakBacklogBytes(wanBytesPerSecond);
        double held = backlog + outageSeconds * written.mean();
        long wanted = Math.max(MIB, mib(Math.ceil(held * HEADROOM / USABLE / MIB)));
        long allowed = Math.max(MIB, mib(Math.floor(patience.seconds() * SPENT * wanBytesPerSecond / MIB)));
        long useful = Math.max(wanted, MEMLIMIT_BYTES_DEFAULT);
        return new Line(wanBytesPerSecond, backlog, wanted, Math.min(useful, allowed));
    }

    /** Whether the memlimit that is wanted keeps the rule. */
    boolean keepsRule(Line line) {
        return line.drainSeconds() < patience.seconds();
    }

    /** The ko-count with which the memlimit that is wanted can be recommended. */
    int koCount(Line line) {
        return patience.koCountFor(line.drainSeconds() / SPENT);
    }

    private static long mib(double count) {
        return (long) Math.min(count, MIB_MAX) * MIB;
    }

    /** The lowest rate, not below the mean and some headroom, at which the memlimit that is wanted can be recommended. */
    double recommendedWan() {
        double low = written.mean() * HEADROOM;
        if (line(low).isEnough()) {
            return low;
        }
        double high = low;
        while (!line(high).isEnough()) {
            high *= 2;
        }
        for (int i = 0; i < SEARCH_STEPS; i++) {
            double middle = (low + high) / 2;
            if (line(middle).isEnough()) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    /** How long the BAB takes writes at that rate while nothing goes over the line, in seconds. */
    static double babSeconds(Line line, double bytesPerSecond) {
        return line.memlimitBytes * USABLE / bytesPerSecond;
    }

    /** How long an outage may be for DRBD to stay connected: it and the delivery of what waits then, within its patience. */
    double patienceSeconds(Line line, double bytesPerSecond) {
        return patience.seconds() / (1 + bytesPerSecond / line.wanBytesPerSecond);
    }
}
