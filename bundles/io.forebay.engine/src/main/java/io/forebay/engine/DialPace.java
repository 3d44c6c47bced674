/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.random.RandomGenerator;

/** When a connector dials its peer again, and how long it waits for an answer. Owned by one loop. */
final class DialPace {

    private static final long AGAIN_MIN_NS = 100_000_000L;

    /** While DRBD's connections are kept, a line that is back must be found at once; else there is no hurry. */
    private static final long AGAIN_IN_SESSION_MAX_NS = 400_000_000L;

    private static final long AGAIN_STANDBY_MAX_NS = 1_000_000_000L;
    private static final double JITTER = 0.25;

    /** A dial is given up soon and made anew: after an outage TCP itself would wait for longer than the outage was. */
    private static final long ANSWER_MIN_NS = 400_000_000L;

    private static final long ANSWER_MAX_NS = 3_000_000_000L;

    /** A dial that has taken this long is worth making anew when another channel's bridge came up. */
    private static final long STALE_NS = 100_000_000L;

    private final RelayHealth health;
    private final RandomGenerator random;
    private long dialledNs;
    private long againNs;

    DialPace(RelayHealth health, RandomGenerator random) {
        this.health = health;
        this.random = random;
    }

    /** A dial is made. */
    void onDial(long nowNs) {
        dialledNs = nowNs;
    }

    /** Whether the last dial may have been made into an outage. */
    boolean isStale(long nowNs) {
        return nowNs - dialledNs > STALE_NS;
    }

    /** How long the peer may take for an answer: by the line's round trip, as far as it is known. */
    long answerNs() {
        long roundTripNs = health.roundTripNs();
        return roundTripNs == 0
                ? ANSWER_MAX_NS
                : Math.max(ANSWER_MIN_NS, Math.min(ANSWER_MAX_NS, roundTripNs * 3 / 2 + 200_000_000L));
    }

    /** How long to wait until the next dial; longer each time. */
    long nextWaitNs(long nowNs, boolean inSession) {
        long jitterNs = (long) (againNs * JITTER * random.nextDouble());
        long waitNs = Math.max(0, dialledNs + againNs + jitterNs - nowNs);
        long maxNs = inSession ? AGAIN_IN_SESSION_MAX_NS : AGAIN_STANDBY_MAX_NS;
        againNs = Math.max(AGAIN_MIN_NS, Math.min(maxNs, againNs * 2));
        return waitNs;
    }

    /** The last dial failed: the next is not made at once. */
    void onFailed() {
        againNs = Math.max(againNs, AGAIN_MIN_NS);
    }

    /** The last dial led to a link that lived for long: the next is made at once. */
    void onGoodLink() {
        againNs = 0;
    }
}
