/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import io.forebay.api.relay.DrbdPatience;
import io.forebay.api.relay.RelaySettings;

/**
 * What a relay needs for such writes, over a WAN of such a rate, by the rule of {@link DrbdPatience}.
 *
 * @param written as it goes over the line, compressed
 * @param outageSeconds that the BAB is to take at the mean rate, beside the bursts
 */
record Sizing(WriteRates written, double outageSeconds, DrbdPatience patience) {
    static final double HEADROOM = DrbdPatience.HEADROOM;

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
        long wanted = DrbdPatience.memlimitBytesFor(held);
        // what a relay has unless told otherwise; less saves nothing worth having
        long useful = Math.max(wanted, RelaySettings.MEMLIMIT_DEFAULT_BYTES);
        return new Line(
                wanBytesPerSecond, backlog, wanted, Math.min(useful, patience.memlimitBytesMost(wanBytesPerSecond)));
    }

    /** Whether the memlimit that is wanted keeps the rule. */
    boolean keepsRule(Line line) {
        return patience.keepsRule(line.wantedBytes(), line.wanBytesPerSecond());
    }

    /** The ko-count with which the memlimit that is wanted can be recommended. */
    int koCount(Line line) {
        return patience.koCountFor(line.drainSeconds());
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
        return DrbdPatience.usableBytes(line.memlimitBytes) / bytesPerSecond;
    }

    /** How long an outage may be for DRBD to stay connected: it and the delivery of what waits then, within its patience. */
    double patienceSeconds(Line line, double bytesPerSecond) {
        return patience.outageSeconds(line.wanBytesPerSecond, bytesPerSecond);
    }
}
