/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

/**
 * How long DRBD waits for its peer's acknowledgements before it gives it up (drbd.conf(5)), and what follows for a relay.
 *
 * <p>The rule: a full BAB must have gone over the line before that, {@code memlimit / rate < timeout / 10 × ko-count}. What is
 * recommended keeps a fifth of that time in reserve.
 *
 * @param timeoutTenths DRBD's {@code timeout}, in tenths of a second
 * @param koCount DRBD's {@code ko-count}; 0 for without end
 */
public record DrbdPatience(int timeoutTenths, int koCount) {

    /** DRBD's own: 42 s. */
    public static final DrbdPatience DEFAULT = new DrbdPatience(60, 7);

    /** DRBD takes no higher one. */
    public static final int KO_COUNT_MAX = 200;

    /** What is recommended is so much more than what was seen. */
    public static final double HEADROOM = 1.25;

    /** Of DRBD's patience, what a full BAB may take to be delivered. */
    private static final double SPENT = 0.8;

    /** What a relay keeps back of its memlimit for receiving, and for the least of each channel (docs/architecture.md, Memory). */
    private static final double KEPT_BACK = 3.0 / 16;

    private static final long MIB = 1 << 20;

    /** But so much it keeps back, if that is no more than {@link #KEPT_BACK_MOST} of all. */
    private static final double KEPT_BACK_BYTES = 6 * MIB;

    private static final double KEPT_BACK_MOST = 3.0 / 8;

    private static final double MIB_MAX = 1L << 40;

    public DrbdPatience {
        if (timeoutTenths < 1 || koCount < 0) {
            throw new IllegalArgumentException("no patience: timeoutTenths=%d, koCount=%d (expected: 1 and 0 at least)"
                    .formatted(timeoutTenths, koCount));
        }
    }

    /** In all, in seconds; infinite without end. */
    public double seconds() {
        return koCount == 0 ? Double.POSITIVE_INFINITY : timeoutTenths / 10.0 * koCount;
    }

    /** Whether a full BAB has gone over a line of that rate before DRBD gives up. */
    public boolean keepsRule(long memlimitBytes, double bytesPerSecond) {
        return memlimitBytes / bytesPerSecond < seconds();
    }

    /** The largest memlimit that can be recommended on a line of that rate: whole MiB, one at least. */
    public long memlimitBytesMost(double bytesPerSecond) {
        return Math.max(MIB, mib(Math.floor(seconds() * SPENT * bytesPerSecond / MIB)));
    }

    /** The memlimit that takes so many bytes of records, with headroom: whole MiB, one at least. */
    public static long memlimitBytesFor(double heldBytes) {
        double held = heldBytes * HEADROOM;
        double memlimit =
                Math.max(held / (1 - KEPT_BACK), Math.min(held / (1 - KEPT_BACK_MOST), held + KEPT_BACK_BYTES));
        return Math.max(MIB, mib(Math.ceil(memlimit / MIB)));
    }

    /** What a BAB with that memlimit takes of what DRBD writes, for a few channels. */
    public static double usableBytes(double memlimitBytes) {
        double least = Math.min(KEPT_BACK_MOST * memlimitBytes, KEPT_BACK_BYTES);
        return memlimitBytes - Math.max(KEPT_BACK * memlimitBytes, least);
    }

    private static long mib(double count) {
        return (long) Math.min(count, MIB_MAX) * MIB;
    }

    /** The ko-count with which a delivery that takes so long can be recommended; may be more than DRBD takes. */
    public int koCountFor(double drainSeconds) {
        return (int) Math.floor(drainSeconds / SPENT / (timeoutTenths / 10.0)) + 1;
    }

    /** How long an outage may be while a relay takes writes at a rate: it and the delivery of what waits then must fit. */
    public double outageSeconds(double lineBytesPerSecond, double writtenBytesPerSecond) {
        return seconds() / (1 + writtenBytesPerSecond / lineBytesPerSecond);
    }
}
