/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Loop;
import java.nio.ByteBuffer;
import java.util.function.IntSupplier;

/**
 * The heartbeat of a link: has the peer say something when nothing else was heard of it, so that either end notices when it hears
 * nothing, and measures the round trip. What it finds it tells the link's owner. Owned by the link's loop.
 *
 * <p>The end that has dialled asks, so that both hear something, and only where no data flow; the other does when it hears nothing all
 * the same. With hundreds of links, more would be most of what an idle Forebay does.
 */
final class Heartbeat {

    /** After so long without data the peer is asked to say something. */
    static final long BEAT_IN_SESSION_NS = 200_000_000L;

    private static final long BEAT_STANDBY_NS = 1_000_000_000L;

    /** An older round trip is measured anew, however much is heard. */
    private static final long ROUND_TRIP_OLD_NS = 1_000_000_000L;

    /** A link that stands by may be silent for so many times as long as one in session. */
    private static final long STANDBY_PATIENCE = BEAT_STANDBY_NS / BEAT_IN_SESSION_NS;

    private static final long NS_PER_MS = 1_000_000;

    private final Link link;
    private final ByteBuffer pingFlags = ByteBuffer.allocate(1);
    private Loop.Timer timer;
    private long beatNs;
    private long patience;
    private boolean asks;
    private IntSupplier pingMs;
    private long heardNs;
    private long roundTripNs;

    /** When the last answer came. */
    private long measuredNs;

    private boolean silent;
    private boolean peerDeaf;

    Heartbeat(Link link) {
        this.link = link;
    }

    /** The last round trip; 0 while none was measured. */
    long roundTripNs() {
        return roundTripNs;
    }

    /**
     * Begins, or changes the pace: in a session silence must be noticed soon.
     *
     * @param dialled whether this end has dialled
     * @param silenceMs how long a link in session may be silent until it counts as broken; asked at each beat
     */
    void start(boolean inSession, boolean dialled, IntSupplier silenceMs) {
        stop();
        asks = dialled;
        pingMs = silenceMs;
        beatNs = inSession ? BEAT_IN_SESSION_NS : BEAT_STANDBY_NS;
        patience = inSession ? 1 : STANDBY_PATIENCE;
        listen();
        measuredNs = heardNs - ROUND_TRIP_OLD_NS;
        beat();
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** Silence counts from now on. */
    void listen() {
        heardNs = link.loop().nowNs();
    }

    private void beat() {
        if (!link.isOpen()) {
            return;
        }
        long nowNs = link.loop().nowNs();
        long silentNs = nowNs - heardNs;
        boolean quiet = asks ? silentNs >= beatNs || heardNs <= measuredNs : silentNs >= 2 * beatNs;
        if (quiet || nowNs - measuredNs >= ROUND_TRIP_OLD_NS || link.owner().wantsRoundTrip()) {
            ask(nowNs, silentNs);
        }
        timer = link.loop().schedule(this::beat, beatNs);
    }

    private void ask(long nowNs, long silentNs) {
        boolean deaf = silentNs >= pingMs.getAsInt() * NS_PER_MS * patience && !link.isPaused();
        pingFlags.put(0, (byte) (Payloads.PING_ANSWER | (deaf ? Payloads.PING_DEAF : 0)));
        link.writeControl(RecordType.PING, nowNs, pingFlags);
        link.flush();
        if (deaf) {
            onSilent("silent for %.1f s".formatted(silentNs / 1e9));
        }
    }

    private void onSilent(String reason) {
        if (!silent) {
            silent = true;
            link.owner().onLinkSilent(link, reason);
        }
    }

    /** Bytes of the peer came. */
    void onHeard() {
        listen();
        if (silent && !peerDeaf) {
            silent = false;
            link.owner().onLinkHeard(link);
        }
    }

    /** Handles a record of the heartbeat; {@code false} if it is none. */
    boolean onRecord(RecordType type, ByteBuffer memory, int offset) throws PeerViolation {
        if (type == RecordType.PING) {
            onPing(Payloads.readPingFlags(memory, offset), RecordLayout.position(memory, offset));
            return true;
        }
        if (type == RecordType.PONG) {
            measuredNs = link.loop().nowNs();
            roundTripNs = Math.max(1, measuredNs - RecordLayout.position(memory, offset));
            link.owner().onLinkRoundTrip(roundTripNs);
            return true;
        }
        return false;
    }

    private void onPing(int flags, long sentNs) {
        peerDeaf = (flags & Payloads.PING_DEAF) != 0;
        if (peerDeaf) {
            onSilent("the peer hears nothing from here");
        }
        if ((flags & Payloads.PING_ANSWER) != 0) {
            link.writeControl(RecordType.PONG, sentNs, Payloads.EMPTY);
            link.flush();
        }
    }
}
