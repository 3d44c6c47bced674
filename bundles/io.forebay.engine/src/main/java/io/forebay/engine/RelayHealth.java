/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.Fault;
import io.forebay.api.relay.Leg;
import io.forebay.api.relay.PeerStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;

/** What a relay knows of its six connections and of its peer, beyond the life of a channel. Thread-safe. */
final class RelayHealth {

    /** A DRBD that dials at all dials several times within this, by default every 10 s ({@code connect-int}). */
    private static final Duration DRBD_DIALS_WITHIN = Duration.ofMinutes(1);

    private static final Set<Leg> BRIDGES = EnumSet.of(Leg.OUTSIDE_TO_PEER, Leg.PEER_TO_OUTSIDE);

    /** What a switch or two take, and two busy machines. */
    private static final long NEAR_NS = 1_000_000L;

    private static final double NS_PER_S = 1e9;

    /** One measurement: told from another by identity, not by its value. */
    static final class RoundTrip {
        final long ns;

        private RoundTrip(long ns) {
            this.ns = ns;
        }
    }

    private final InstantSource clock;
    private final Map<Leg, Fault> faults = new EnumMap<>(Leg.class);
    private volatile long windowBytes;
    private volatile boolean near;
    private volatile RoundTrip light;
    private volatile boolean dataGo;
    private final LongAdder dataBytes = new LongAdder();
    private volatile long dataBytesPerSecond;
    private long askedNs = Long.MIN_VALUE / 2;
    private long askedDataBytes;
    private final long[] roundTripsNs = new long[16];
    private int next;
    private PeerStatus peer = PeerStatus.UNKNOWN;

    RelayHealth(InstantSource clock) {
        this.clock = clock;
    }

    /** A connection failed, or broke. */
    synchronized void onFault(Leg leg, String error) {
        Instant now = clock.instant();
        Fault before = faults.get(leg);
        faults.put(leg, before == null ? new Fault(leg, now, now, 1, error) : before.again(now, error));
    }

    /** A connection stands. */
    synchronized void onGood(Leg leg) {
        faults.remove(leg);
    }

    /** The peer said who it is. */
    synchronized void onPeer(Hello hello) {
        peer = new PeerStatus(hello.fromHost(), hello.inside(), hello.drbd(), hello.dial(), peer.codecs());
    }

    /** The peer said which site is to dial; whether it is another word than before. */
    synchronized boolean onPeerDial(DialMode dial) {
        boolean changed = dial != peer.dial();
        peer = new PeerStatus(peer.host(), peer.inside(), peer.drbd(), dial, peer.codecs());
        return changed;
    }

    /** The peer has told which codecs it has now. */
    synchronized void onPeerCodecs(List<String> codecs) {
        peer = new PeerStatus(peer.host(), peer.inside(), peer.drbd(), peer.dial(), codecs);
    }

    /** A round trip to the peer was measured; the least of the last few says what the line is without a queue. */
    synchronized void onRoundTrip(long ns) {
        roundTripsNs[next++ % roundTripsNs.length] = ns;
        near = roundTripNs() < NEAR_NS;
    }

    /** Data go out: how long the queue for them is must be known. */
    void onData() {
        if (!dataGo) {
            dataGo = true;
        }
    }

    /**
     * Whether a link that carries no data is to measure a round trip now: one of them at a time is enough for all data. How fast these
     * go is measured at the same time.
     */
    synchronized boolean asksRoundTrip(long nowNs) {
        boolean asks = dataGo && nowNs - askedNs >= Heartbeat.BEAT_IN_SESSION_NS;
        if (asks) {
            long bytes = dataBytes.sum();
            dataBytesPerSecond = (long) ((bytes - askedDataBytes) * NS_PER_S / (nowNs - askedNs));
            askedDataBytes = bytes;
            dataGo = false;
            askedNs = nowNs;
        }
        return asks;
    }

    /** The peer has confirmed so many bytes more of the records of a data channel. */
    void onDataConfirmed(long bytes) {
        dataBytes.add(bytes);
    }

    /** How fast the line takes the records of all data channels together, by the last measurement; 0 before the first. */
    long dataBytesPerSecond() {
        return dataBytesPerSecond;
    }

    /** A round trip was measured on a link that carries no data. */
    void onLightRoundTrip(long ns) {
        light = new RoundTrip(ns);
    }

    /** The last measurement on a link that carries no data, an object of its own; {@code null} before the first. */
    RoundTrip lightRoundTrip() {
        return light;
    }

    /** A data channel has found how much the line holds. */
    void onWindow(long bytes) {
        windowBytes = bytes;
    }

    /** How much the line held last; 0 while unknown. */
    long windowBytes() {
        return windowBytes;
    }

    /** The round trip to the peer; 0 while unknown. */
    synchronized long roundTripNs() {
        return LongStream.of(roundTripsNs).filter(ns -> ns > 0).min().orElse(0);
    }

    /** Whether the peer is so near that a line of any rate holds but little; by the least of the last few round trips. */
    boolean isNear() {
        return near;
    }

    /** What went wrong and has not gone well since; of a DRBD's connections only what was tried within the last minute. */
    synchronized List<Fault> faults() {
        Instant tried = clock.instant().minus(DRBD_DIALS_WITHIN);
        return faults.values().stream()
                .filter(fault -> BRIDGES.contains(fault.leg()) || fault.last().isAfter(tried))
                .toList();
    }

    synchronized PeerStatus peer() {
        return peer;
    }
}
