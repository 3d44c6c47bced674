/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

/**
 * Durations, counted in buckets whose width is less than one percent of what they count, so that hours of them fit into a few
 * pages. Thread-safe.
 */
public final class LatencyHistogram {
    private static final int SUB_BITS = 7;
    private static final int SUB_BUCKETS = 1 << SUB_BITS;

    private final long[] counts = new long[(Long.SIZE - SUB_BITS) * SUB_BUCKETS];
    private long count;
    private long maxNs;

    public synchronized void add(long ns) {
        long counted = Math.max(0, ns);
        counts[bucket(counted)]++;
        count++;
        maxNs = Math.max(maxNs, counted);
    }

    public synchronized long count() {
        return count;
    }

    /** In milliseconds; NaN if nothing was counted. */
    public synchronized double maxMs() {
        return count == 0 ? Double.NaN : maxNs / 1e6;
    }

    /**
     * What so many percent of all do not exceed, in milliseconds; NaN if nothing was counted.
     *
     * @param percent above 0, up to 100
     */
    public synchronized double percentileMs(double percent) {
        long rank = Math.max(1, (long) Math.ceil(count * percent / 100));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return Math.min(upperNs(i), maxNs) / 1e6;
            }
        }
        return Double.NaN;
    }

    /** Exact below 2 * SUB_BUCKETS; above, the leading SUB_BITS + 1 bits decide. */
    private static int bucket(long ns) {
        int shift = Math.max(0, Long.SIZE - 1 - SUB_BITS - Long.numberOfLeadingZeros(ns | 1));
        return (shift << SUB_BITS) + (int) (ns >>> shift);
    }

    private static long upperNs(int bucket) {
        int shift = Math.max(0, (bucket >> SUB_BITS) - 1);
        long leading = bucket - ((long) shift << SUB_BITS);
        return ((leading + 1) << shift) - 1;
    }
}
