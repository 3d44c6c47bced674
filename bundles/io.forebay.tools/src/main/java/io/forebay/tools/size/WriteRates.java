/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import java.util.Arrays;
import java.util.List;

/**
 * How much was written, interval by interval.
 *
 * @param source where it comes from
 * @param bytesPerSecond of each interval
 * @param intervalSeconds of each
 * @param ratio measured, of compression; 0 if it was not
 * @param assumptions what was assumed to get it, a sentence each
 */
record WriteRates(
        String source, double[] bytesPerSecond, double intervalSeconds, double ratio, List<String> assumptions) {

    double mean() {
        return Arrays.stream(bytesPerSecond).average().orElse(0);
    }

    double peak() {
        return Arrays.stream(bytesPerSecond).max().orElse(0);
    }

    /** What 95 percent of the intervals do not exceed. */
    double p95() {
        double[] sorted = bytesPerSecond.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(sorted.length * 0.95) - 1];
    }

    /** The most that waits if no more than this is taken away per second. */
    double peakBacklogBytes(double drainBytesPerSecond) {
        double backlog = 0;
        double peak = 0;
        for (double rate : bytesPerSecond) {
            backlog = Math.max(0, backlog + (rate - drainBytesPerSecond) * intervalSeconds);
            peak = Math.max(peak, backlog);
        }
        return peak;
    }

    /** The same, as a codec of that ratio leaves it. */
    WriteRates compressed(double by) {
        return new WriteRates(
                source,
                Arrays.stream(bytesPerSecond).map(rate -> rate / by).toArray(),
                intervalSeconds,
                ratio,
                assumptions);
    }
}
