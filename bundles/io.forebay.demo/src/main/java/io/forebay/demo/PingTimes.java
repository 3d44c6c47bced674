/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.util.Arrays;

/** Round trips of DRBD pings, of both nodes. Thread-safe. */
final class PingTimes {
    private long[] roundTripNs = new long[64];
    private int count;

    synchronized void add(long ns) {
        if (count == roundTripNs.length) {
            roundTripNs = Arrays.copyOf(roundTripNs, 2 * count);
        }
        roundTripNs[count] = ns;
        count++;
    }

    /** The median in milliseconds; NaN if no ping came back. */
    synchronized double medianMs() {
        long[] sorted = Arrays.copyOf(roundTripNs, count);
        Arrays.sort(sorted);
        return count == 0 ? Double.NaN : sorted[count / 2] / 1e6;
    }
}
