/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.LineSettings;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.engine.Payloads.Refusal;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What joins a channel to its counterpart on the other site: one link at a time. One site dials it, again and again
 * while there is none ({@link DialAgreement} says which); once a session has begun, a link that broke or fell silent is
 * replaced by another that goes on where the peer says it is. What is written and read meanwhile is the {@link Carrier}'s.
 * Owned by the channel's loop.
 *
 * <pre>
 *        dial / accept            hello, welcome
 *   (none) ────────▶ next ──────────────────────▶ link ──── broken, silent ───▶ next …
 * </pre>
 */
final class Bridge implements Link.Owner {

    /** A link that lived this long was a good one: the next is dialled at once. */
    private static final long GOOD_NS = 1_000_000_000L;

    /** More violations than this in one session are not the line's. */
    private static final int VIOLATIONS_MAX = 3;

    private final ChannelRole role;
    private final Loop loop;
    private final Dialler dialler;
    private final Carrier carrier;
    private final ChannelHome home;
    private final BridgeOwner owner;

    /** A link of the peer that takes over when the present one is gone. */
    private Link next;

    private Hello nextHello;
    private long linkedNs;
    private int attempt;
    private int dials;
    private boolean spread;
    private boolean peerOver;
    private int violations;
    private boolean inSession;
    private boolean lost = true;
    private boolean ended;

    Bridge(ChannelRole role, Loop loop, ChannelHome home, BridgeOwner owner) {
        this.role = role;
        this.loop = loop;
        this.dialler = new Dialler(role, loop, home, this, () -> Lanes.local(home, dials++));
        this.carrier = new Carrier(role, loop, home, owner, this::goOn);
        this.home = home;
        this.owner = owner;
    }

    /** What carries the channel while a link stands. */
    Carrier carrier() {
        return carrier;
    }

    // ---- dialling

    /** Gets the first link, if it is this site's to dial. */
    void dial() {
        if (!ended) {
            dialler.begin();
        }
    }

    private void dialAgain() {
        if (!ended && next == null) {
            dialler.dialAgain(inSession);
        }
    }

    /** Another channel's bridge came up: the line is there again. */
    void kick() {
        if (!ended && lost && next == null) {
            dialler.kick(inSession);
        }
    }

    /** This site says another word on who dials: a link that only stands by is made anew, so that the peer hears it. */
    void onDialling() {
        if (!lost && !inSession && carrier.isThere()) {
            carrier.fail("dial is changed to " + home.dialling().mine().word());
        } else if (!ended && lost && next == null) {
            dialler.reconsider(inSession);
        }
    }

    /** Looks after a link that stands by as closely as after one in session: the line may be gone. */
    void hurry() {
        if (!inSession && !ended) {
            carrier.watch(true);
        }
    }

    @Override
    public void onLinkOpen(Link opened) {
        dialler.onOpen();
        if (carrier.isThere()) {
            carrier.fail("silent, replaced by another link");
        } else if (carrier.isGone()) {
            sayHello();
        }
    }

    private void sayHello() {
        if (inSession) {
            attempt++;
        } else {
            owner.onNewSession(home.newSession());
        }
        dialler.sayHello(owner.hello(attempt, 0));
    }

    private void onWelcome(ByteBuffer memory, int offset) throws PeerViolation {
        Hello hello = Payloads.readHello(memory, offset);
        Link answered = dialler.welcomed(hello);
        if (rewind(hello, answered::over)) {
            carry(answered, hello, true);
        }
    }

    // ---- accepting

    /** Takes a link whose hello names this channel; on the channel's loop. */
    void accept(Link accepted, Hello hello) {
        accepted.owner(this);
        accepted.options(LinkOptions.ofData(home.settings().line()));
        if (hello.lane() > 0) {
            carrier.acceptLane(accepted, hello, inSession && !ended && !lost);
            return;
        }
        boolean resume = hello.attempt() > 0;
        if (ended || resume != inSession || inSession && isLate(hello) || !inSession && carrier.isThere()) {
            accepted.refuse(
                    resume && ended ? Refusal.OVER : Refusal.NOT_NOW,
                    "the channel has gone on without this link: attempt=" + hello.attempt());
            return;
        }
        dialler.giveWay();
        Link older = next;
        next = accepted;
        nextHello = hello;
        if (older != null) {
            older.fail("replaced by a later link");
        }
        if (carrier.isThere()) {
            carrier.fail("replaced by another link");
        } else if (carrier.isGone()) {
            welcome();
        }
    }

    /** If both ends have said hello, the connector's holds. */
    private boolean isLate(Hello hello) {
        return dialler.hasSaidHello()
                ? role == ChannelRole.CONNECTOR || hello.attempt() < attempt
                : hello.attempt() <= attempt;
    }

    private void welcome() {
        Link accepted = next;
        Hello hello = nextHello;
        next = null;
        nextHello = null;
        attempt = hello.attempt();
        if (!inSession) {
            owner.onNewSession(hello.session());
        }
        if (rewind(hello, why -> accepted.refuse(Refusal.OVER, why))) {
            accepted.writeControl(RecordType.WELCOME, 0, Payloads.hello(owner.hello(attempt, 0)));
            carry(accepted, hello, false);
        }
    }

    /** The relay uses its lines differently from now on, or it is known only now what goes over them. */
    void onLineSettings() {
        LineSettings line = home.settings().line();
        SocketOptions options = inSession && !spread ? LinkOptions.ofMeta(line) : LinkOptions.ofData(line);
        dialler.options(options);
        carrier.options(options);
        if (next != null) {
            next.options(options);
        }
    }

    // ---- carrying

    private boolean rewind(Hello hello, Consumer<String> refuse) {
        if (!inSession) {
            return true;
        }
        try {
            owner.onRewind(hello);
            return true;
        } catch (PeerViolation e) {
            refuse.accept(e.getMessage());
            owner.onBridgeOver("the peer cannot go on: " + e.getMessage());
            return false;
        }
    }

    private void carry(Link taken, Hello hello, boolean dialled) {
        dialler.cancelTimer();
        carrier.take(taken, hello, attempt, dialled);
        linkedNs = loop.nowNs();
        lost = false;
        home.oneWay().onBridge(role, dialled, hello);
        carrier.watch(inSession);
        if (inSession) {
            owner.onBridgeResumed(hello);
        } else {
            owner.onBridgeUp(hello);
        }
        carrier.flush();
    }

    /** The session begins on the present link; from now on another can go on with it. Data may be spread over several. */
    void beginSession(ReceiveChain chain, boolean ofData) {
        inSession = true;
        spread = ofData;
        carrier.watch(true);
        receiveInto(chain);
    }

    /** What comes on the present link, and on those beside it, goes into a chain. */
    void receiveInto(ReceiveChain chain) {
        onLineSettings();
        carrier.receiveInto(chain, spread);
    }

    @Override
    public void onEarlyRecord(Link from, RecordType type, ByteBuffer memory, int offset) throws PeerViolation {
        if (dialler.isNext(from) && type == RecordType.WELCOME) {
            onWelcome(memory, offset);
        } else if (dialler.isNext(from) && type == RecordType.REFUSE) {
            onRefused(from, Payloads.readRefusal(memory, offset), Payloads.readClause(memory, offset, 1));
        } else if (type == RecordType.OVER) {
            from.fail("ended by the peer: " + Payloads.readClause(memory, offset, 0));
        } else if (carrier.is(from)) {
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
        if (carrier.is(on)) {
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
        if (!carrier.is(silent) || lost || ended) {
            return;
        }
        if (inSession) {
            lost = true;
            owner.onBridgeLost(reason);
            dialAgain();
        } else {
            carrier.fail(reason);
        }
    }

    @Override
    public void onLinkHeard(Link heard) {
        boolean undecided = next == null && (dialler.isIdle() || dialler.isDialling());
        if (carrier.is(heard) && lost && !ended && undecided) {
            dialler.giveUp();
            dialler.cancelTimer();
            lost = false;
            owner.onBridgeHeard();
        }
    }

    @Override
    public void onLinkRoundTrip(long roundTripNs) {
        home.health().onRoundTrip(roundTripNs);
        owner.onRoundTrip(roundTripNs);
    }

    @Override
    public boolean wantsRoundTrip() {
        return owner.wantsRoundTrip();
    }

    @Override
    public void onLinkClosed(Link closed, String reason) {
        if (dialler.isNext(closed)) {
            dialler.onClosed();
            if (ended) {
                tellIfGone();
            } else if (lost && next == null) {
                owner.onBridgeFailed(reason);
                dialler.pace().onFailed();
                dialAgain();
            }
        } else if (closed == next) {
            next = null;
            nextHello = null;
            if (ended) {
                tellIfGone();
            } else if (lost) {
                dialAgain();
            }
        } else if (carrier.is(closed)) {
            if (ended) {
                carrier.drop();
                tellIfGone();
            } else {
                carrier.drop(reason);
                onCarrierClosed(closed, reason);
            }
        }
    }

    private void onCarrierClosed(Link closed, String reason) {
        if (loop.nowNs() - linkedNs > GOOD_NS) {
            dialler.pace().onGoodLink();
        }
        violations += closed.isViolated() ? 1 : 0;
        if (inSession && violations > VIOLATIONS_MAX) {
            owner.onBridgeOver(reason);
        } else if (!lost) {
            lost = true;
            owner.onBridgeLost(reason);
        }
        goOn();
    }

    /** Nothing carries anything any more: takes the next link, or dials it. */
    private void goOn() {
        if (ended) {
            tellIfGone();
        } else if (!carrier.isGone()) {
            dialAgain();
        } else if (dialler.isConnected()) {
            sayHello();
        } else if (next != null && next.isOpen()) {
            welcome();
        } else {
            dialAgain();
        }
    }

    // ---- ending

    /** The peer has said OVER. */
    void onOver() {
        peerOver = true;
    }

    /** Ends it: what is queued still goes out, and then why, so that the peer does not try to go on. */
    void end(String reason) {
        end(reason, Link::over);
    }

    /** Ends it as well, and waits for the peer to have read it: the last confirmations must not be lost. */
    void leave(String reason) {
        end(reason, lost || peerOver ? Link::over : Link::leave);
    }

    private void end(String reason, BiConsumer<Link, String> how) {
        if (ended) {
            return;
        }
        ended = true;
        dialler.end(reason);
        if (next != null) {
            next.refuse(Refusal.OVER, reason);
        }
        carrier.end(reason, !peerOver, how);
    }

    private void tellIfGone() {
        if (isGone()) {
            owner.onBridgeGone();
        }
    }

    /** Whether nothing of it is in the transport's hands. */
    boolean isGone() {
        return carrier.isGone() && next == null && dialler.isIdle();
    }

    /** Whether no link carries anything, or the one that does is silent. */
    boolean isLost() {
        return lost;
    }
}
