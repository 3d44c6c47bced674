/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

/**
 * A relay's share of the rate that all relays of a Forebay have together. It asks for a fixed amount at a time, and for the
 * next one only when that is used up, so all relays that have something to send take turns, whatever their records and
 * however many channels they have. An amount that is not used in its time is lost. Thread-safe.
 */
final class RateShare {

    /** Of a rate without a limit. */
    static final RateShare UNLIMITED = new RateShare(new LineRate());

    /** How long an amount may be used: a late timer loses none, and what many relays did not use is no burst. */
    private static final long KEPT_NS = 50_000_000L;

    private final LineRate whole;
    private LineRate.Limit askedOf;
    private long startNs;
    private long leftBytes;

    RateShare(LineRate whole) {
        this.whole = whole;
    }

    /** What all relays share now. */
    LineRate.Limit limit() {
        return whole.limit();
    }

    /**
     * Takes so many bytes if they may be sent now.
     *
     * @return {@code nowNs} or earlier if they are taken; otherwise when to ask again
     */
    synchronized long take(int bytes, long nowNs) {
        LineRate.Limit limit = whole.limit();
        if (limit.isNone()) {
            return nowNs;
        }
        if (askedOf != limit) {
            askedOf = limit;
            startNs = Long.MIN_VALUE;
            leftBytes = 0;
        }
        if (nowNs < startNs) {
            return startNs;
        }
        if (leftBytes > 0 && nowNs - startNs > KEPT_NS) {
            leftBytes = 0;
        }
        if (leftBytes < bytes) {
            int more = (int) Math.max(limit.recordBytesMax(), bytes - leftBytes);
            startNs = limit.reserve(more, nowNs);
            leftBytes += more;
        }
        if (startNs <= nowNs) {
            leftBytes -= bytes;
        }
        return startNs;
    }
}
