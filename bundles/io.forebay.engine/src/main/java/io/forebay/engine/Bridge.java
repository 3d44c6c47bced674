/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelRole;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.Transport;
import io.forebay.engine.Payloads.Refusal;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/**
 * What joins a channel to its counterpart on the other site: one link at a time. The connector dials it, again and again
 * while there is none; once a session has begun, a link that broke or fell silent is replaced by another that goes on
 * where the peer says it is. Owned by the channel's loop.
 *
 * <pre>
 *        dial / accept            hello, welcome
 *   (none) ────────▶ next ──────────────────────▶ link ──── broken, silent ───▶ next …
 * </pre>
 */
final class Bridge implements Link.Owner {

    /** The channel, as its bridge sees it. */
    interface Owner {
        /** What to say of the channel: {@code attempt} 0 begins a session, another goes on with it. */
        Hello hello(int attempt);

        /** The first link stands. */
        void onBridgeUp(Hello peer);

        /** No link carries anything; what the peer does not have will be sent again, and what came in part will come anew. */
        void onRewind(Hello peer) throws PeerViolation;

        /** Another link goes on with the session. */
        void onBridgeResumed(Hello peer);

        /** The link broke or is silent. */
        void onBridgeLost(String reason);

        /** The link was silent, but nothing else. */
        void onBridgeHeard();

        /** An attempt to get a link failed; others follow. */
        void onBridgeFailed(String reason);

        /** The session cannot go on: the peer has ended it, or cannot make sense of it. */
        void onBridgeOver(String reason);

        /** A record that came before the session began. */
        void onEarlyRecord(RecordType type, ByteBuffer memory, int offset) throws PeerViolation;

        /** So many bytes of data records are in the system's hands. */
        void onDataWritten(int bytes);

        /** Something was written or read: there may be more to do. */
        void onLinkProgress();

        /** A round trip of a heartbeat was measured. */
        void onRoundTrip(long roundTripNs);

        /** After the end: nothing of it is in the transport's hands any more. */
        void onBridgeGone();
    }

    private static final long DIAL_AGAIN_MIN_NS = 100_000_000L;

    /** While DRBD's connections are kept, a line that is back must be found at once; else there is no hurry. */
    private static final long DIAL_AGAIN_IN_SESSION_MAX_NS = 400_000_000L;

    private static final long DIAL_AGAIN_STANDBY_MAX_NS = 1_000_000_000L;
    private static final double JITTER = 0.25;

    /** A dial is given up soon and made anew: after an outage TCP itself would wait for longer than the outage was. */
    private static final long DIAL_TIMEOUT_MIN_NS = 400_000_000L;

    private static final long DIAL_TIMEOUT_MAX_NS = 3_000_000_000L;

    /** A dial that has taken this long is worth making anew when another channel's bridge came up. */
    private static final long KICK_NS = 100_000_000L;

    /** A link that lived this long was a good one: the next is dialled at once. */
    private static final long GOOD_NS = 1_000_000_000L;

    /** More violations than this in one session are not the line's. */
    private static final int VIOLATIONS_MAX = 3;

    private final ChannelRole role;
    private final Loop loop;
    private final Transport transport;
    private final InetSocketAddress peer;
    private final RandomGenerator random;
    private final RelayHealth health;
    private final Owner owner;
    private Link link;
    private Link next;
    private Hello nextHello;
    private Hello saidHello;
    private Dial dial;
    private Loop.Timer timer;
    private long dialledNs;
    private long linkedNs;
    private long dialAgainNs;
    private int attempt;
    private int violations;
    private boolean inSession;
    private boolean lost = true;
    private boolean ended;

    Bridge(ChannelRole role, Loop loop, ChannelHome home, Owner owner) {
        this.role = role;
        this.loop = loop;
        this.transport = home.transport();
        this.peer = home.settings().addresses().peer();
        this.random = home.surroundings().random();
        this.health = home.health();
        this.owner = owner;
    }

    // ---- dialling

    /** Dials the peer, until a link stands. */
    void dial() {
        cancelTimer();
        if (ended) {
            return;
        }
        dialledNs = loop.nowNs();
        next = new Link(loop, this);
        dial = transport.dial(null, peer, (int) (answerNs() / 1_000_000), Link.SOCKET_OPTIONS, loop, next);
    }

    /** How long the peer may take for an answer: by the line's round trip, as far as it is known. */
    private long answerNs() {
        long roundTripNs = health.roundTripNs();
        return roundTripNs == 0
                ? DIAL_TIMEOUT_MAX_NS
                : Math.max(DIAL_TIMEOUT_MIN_NS, Math.min(DIAL_TIMEOUT_MAX_NS, roundTripNs * 3 / 2 + 200_000_000L));
    }

    private void dialAgain() {
        long jitterNs = (long) (dialAgainNs * JITTER * random.nextDouble());
        long waitNs = Math.max(0, dialledNs + dialAgainNs + jitterNs - loop.nowNs());
        long maxNs = inSession ? DIAL_AGAIN_IN_SESSION_MAX_NS : DIAL_AGAIN_STANDBY_MAX_NS;
        dialAgainNs = Math.max(DIAL_AGAIN_MIN_NS, Math.min(maxNs, dialAgainNs * 2));
        timer = loop.schedule(this::dial, waitNs);
    }

    /** Another channel's bridge came up: the line is there again. */
    void kick() {
        if (ended || !lost || role != ChannelRole.CONNECTOR) {
            return;
        }
        if (next == null) {
            dial();
        } else if (dial != null && loop.nowNs() - dialledNs > KICK_NS) {
            giveUpDial();
            dial();
        }
    }

    /** Looks after a link that stands by as closely as after one in session: the line may be gone. */
    void hurry() {
        if (link != null && !inSession && !ended) {
            link.startHeartbeat(true);
        }
    }

    private void giveUpDial() {
        if (dial != null) {
            dial.cancel();
            dial = null;
            next = null;
        }
    }

    @Override
    public void onLinkOpen(Link opened) {
        dial = null;
        if (link == null) {
            sayHello();
        } else {
            link.fail("silent, replaced by another link");
        }
    }

    private void sayHello() {
        if (inSession) {
            attempt++;
        }
        Link said = next;
        saidHello = owner.hello(attempt);
        said.writeControl(RecordType.HELLO, 0, Payloads.hello(saidHello));
        said.flush();
        long waitNs = answerNs();
        timer = loop.schedule(() -> said.fail("no answer to the hello within %.1f s".formatted(waitNs / 1e9)), waitNs);
    }

    private void onWelcome(ByteBuffer memory, int offset) throws PeerViolation {
        Hello hello = Payloads.readHello(memory, offset);
        if (!hello.session().equals(saidHello.session())
                || hello.role() != ChannelRole.ACCEPTOR
                || hello.attempt() != attempt) {
            throw new PeerViolation(
                    "answer to another hello: session=%s, role=%s, attempt=%d (expected: %s, ACCEPTOR, %d)"
                            .formatted(hello.session(), hello.role(), hello.attempt(), saidHello.session(), attempt));
        }
        Link answered = next;
        next = null;
        if (rewind(hello, answered)) {
            carry(answered, hello);
        }
    }

    // ---- accepting

    /** Takes a link whose hello names this channel; on the channel's loop. */
    void accept(Link accepted, Hello hello) {
        accepted.owner(this);
        boolean resume = hello.attempt() > 0;
        if (ended || resume != inSession || inSession && hello.attempt() <= attempt || !inSession && link != null) {
            accepted.refuse(
                    resume && ended ? Refusal.OVER : Refusal.NOT_NOW,
                    "the channel has gone on without this link: attempt=" + hello.attempt());
            return;
        }
        Link older = next;
        next = accepted;
        nextHello = hello;
        if (older != null) {
            older.fail("replaced by a later link");
        }
        if (link == null) {
            welcome();
        } else {
            link.fail("replaced by another link");
        }
    }

    private void welcome() {
        Link accepted = next;
        Hello hello = nextHello;
        next = null;
        nextHello = null;
        attempt = hello.attempt();
        if (rewind(hello, accepted)) {
            accepted.writeControl(RecordType.WELCOME, 0, Payloads.hello(owner.hello(attempt)));
            carry(accepted, hello);
        }
    }

    // ---- carrying

    private boolean rewind(Hello hello, Link with) {
        if (!inSession) {
            return true;
        }
        try {
            owner.onRewind(hello);
            return true;
        } catch (PeerViolation e) {
            with.refuse(Refusal.OVER, e.getMessage());
            owner.onBridgeOver("the peer cannot go on: " + e.getMessage());
            return false;
        }
    }

    private void carry(Link taken, Hello hello) {
        cancelTimer();
        link = taken;
        linkedNs = loop.nowNs();
        lost = false;
        link.startHeartbeat(inSession);
        if (inSession) {
            owner.onBridgeResumed(hello);
        } else {
            owner.onBridgeUp(hello);
        }
        flush();
    }

    /** The session begins on the present link; from now on another can go on with it. */
    void beginSession(ReceiveChain chain) {
        inSession = true;
        link.startHeartbeat(true);
        link.receiveInto(chain);
    }

    /** What comes on the present link goes into a chain. */
    void receiveInto(ReceiveChain chain) {
        link.receiveInto(chain);
    }

    @Override
    public void onEarlyRecord(Link from, RecordType type, ByteBuffer memory, int offset) throws PeerViolation {
        if (from == next && type == RecordType.WELCOME && role == ChannelRole.CONNECTOR) {
            onWelcome(memory, offset);
        } else if (from == next && type == RecordType.REFUSE && role == ChannelRole.CONNECTOR) {
            onRefused(from, Payloads.readRefusal(memory, offset), Payloads.readClause(memory, offset, 1));
        } else if (type == RecordType.OVER) {
            from.fail("ended by the peer: " + Payloads.readClause(memory, offset, 0));
        } else if (from == link) {
            owner.onEarlyRecord(type, memory, offset);
        } else {
            throw new PeerViolation("unexpected record: type=%s, role=%s".formatted(type, role));
        }
    }

    private void onRefused(Link from, Refusal refusal, String why) {
        from.fail("refused by the peer: " + why);
        if (refusal == Refusal.OVER && inSession) {
            owner.onBridgeOver("the peer does not know the session any more: " + why);
        }
    }

    @Override
    public void onDataWritten(Link on, int bytes) {
        if (on == link) {
            owner.onDataWritten(bytes);
        }
    }

    @Override
    public void onLinkProgress() {
        owner.onLinkProgress();
    }

    // ---- losing

    @Override
    public void onLinkSilent(Link silent, String reason) {
        if (silent != link || lost || ended) {
            return;
        }
        if (inSession) {
            lost = true;
            owner.onBridgeLost(reason);
            redial();
        } else {
            link.fail(reason);
        }
    }

    @Override
    public void onLinkHeard(Link heard) {
        boolean undecided = next == null || dial != null;
        if (heard == link && lost && !ended && undecided) {
            giveUpDial();
            cancelTimer();
            lost = false;
            owner.onBridgeHeard();
        }
    }

    @Override
    public void onLinkRoundTrip(long roundTripNs) {
        health.onRoundTrip(roundTripNs);
        owner.onRoundTrip(roundTripNs);
    }

    @Override
    public void onLinkClosed(Link closed, String reason) {
        if (closed == next) {
            next = null;
            nextHello = null;
            dial = null;
            cancelTimer();
            if (ended) {
                tellIfGone();
            } else if (role == ChannelRole.CONNECTOR && lost) {
                owner.onBridgeFailed(reason);
                redialLater();
            }
        } else if (closed == link) {
            link = null;
            if (ended) {
                tellIfGone();
            } else {
                onCarrierClosed(closed, reason);
            }
        }
    }

    private void onCarrierClosed(Link closed, String reason) {
        if (loop.nowNs() - linkedNs > GOOD_NS) {
            dialAgainNs = 0;
        }
        violations += closed.isViolated() ? 1 : 0;
        if (inSession && violations > VIOLATIONS_MAX) {
            owner.onBridgeOver(reason);
        } else if (!lost) {
            lost = true;
            owner.onBridgeLost(reason);
        }
        if (ended) {
            tellIfGone();
        } else if (next != null && next.isOpen()) {
            if (role == ChannelRole.CONNECTOR) {
                sayHello();
            } else {
                welcome();
            }
        } else {
            redial();
        }
    }

    private void redial() {
        if (!ended && role == ChannelRole.CONNECTOR && next == null && timer == null) {
            dialAgain();
        }
    }

    private void redialLater() {
        if (!ended && next == null && timer == null) {
            dialAgainNs = Math.max(dialAgainNs, DIAL_AGAIN_MIN_NS);
            dialAgain();
        }
    }

    // ---- ending

    /** Ends it: what is queued still goes out, and then why, so that the peer does not try to go on. */
    void end(String reason) {
        if (ended) {
            return;
        }
        ended = true;
        cancelTimer();
        giveUpDial();
        if (next != null) {
            if (role == ChannelRole.ACCEPTOR) {
                next.refuse(Refusal.OVER, reason);
            } else {
                next.close(reason);
            }
        }
        if (link != null) {
            link.writeControl(RecordType.OVER, 0, Payloads.sentence(reason));
            link.close(reason);
        }
    }

    private void tellIfGone() {
        if (isGone()) {
            owner.onBridgeGone();
        }
    }

    /** Whether nothing of it is in the transport's hands. */
    boolean isGone() {
        return link == null && next == null;
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    // ---- what the session does with the present link

    /** Whether no link carries anything, or the one that does is silent. */
    boolean isLost() {
        return lost;
    }

    boolean isOpen() {
        return link != null && link.isOpen();
    }

    /** Room for data records now, in bytes. */
    int roomBytes() {
        return link == null ? 0 : link.roomBytes();
    }

    void writeData(ByteBuffer records) {
        link.writeData(records);
    }

    /** Queues a control record; {@code false} if there is no link, or no room on it. */
    boolean writeControl(RecordType type, long position, ByteBuffer payload) {
        return link != null && link.writeControl(type, position, payload);
    }

    void flush() {
        if (link != null) {
            link.flush();
        }
    }

    /** Handles a record of the heartbeat; {@code false} if it is none. */
    boolean onHeartbeat(RecordType type, ByteBuffer memory, int offset) throws PeerViolation {
        return link.onHeartbeat(type, memory, offset);
    }

    /** Ends the present link because of what came over it. */
    void onViolation(PeerViolation violation) {
        if (link != null) {
            link.onViolation(violation);
        }
    }

    /** Goes on reading if it was memory that was missing. */
    void resumeReading() {
        if (link != null) {
            link.resume();
        }
    }

    /** The address of the peer's end; empty while there is no link. */
    String peerAddress() {
        return isOpen() ? ChannelTexts.address(link.remoteAddress()) : "";
    }

    long roundTripNs() {
        return link == null ? 0 : link.roundTripNs();
    }
}
