/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.Leg;
import io.forebay.api.state.ChannelEvent;
import io.forebay.api.state.ChannelEvent.*;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.state.Transition;
import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.engine.Payloads.End;
import io.forebay.engine.RelayMemory.Account;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;

/**
 * One relayed TCP connection of DRBD, from the moment it waits for its bridge until it has stopped. It is used for one
 * session and never again, so no byte of a session can reach the next (rule R7). Owned by its loop.
 */
final class Channel implements Link.Owner, Session.Owner {

    /** DATA records that the peer may send before it was given credit: DRBD's first packet and a little more. */
    static final int INITIAL_CREDIT = 2048;

    private static final long DIAL_AGAIN_MIN_NS = 100_000_000L;
    private static final long DIAL_AGAIN_MAX_NS = 1_000_000_000L;
    private static final int BRIDGE_DIAL_TIMEOUT_MS = 3_000;
    private static final long HANDSHAKE_NS = 5_000_000_000L;

    /** How long the far DRBD may take to close its half after all was delivered to it. */
    private static final long HALF_CLOSED_NS = 30_000_000_000L;

    private final long id;
    private final ChannelRole role;
    private final ChannelHome home;
    private final Loop loop;
    private volatile ChannelState state;
    private String reason = "";
    private Instant since;
    private volatile ChannelType type = ChannelType.UNDEFINED;
    private UUID sessionId;
    private Link link;
    private Hello peer;
    private CodecNames peerCodecs;
    private Session session;
    private DrbdSession drbdSession;
    private Loop.Timer timer;
    private boolean ended;
    private long dialAgainNs = DIAL_AGAIN_MIN_NS;

    /** A channel that has its memory and lacks its bridge. */
    Channel(long id, ChannelRole role, ChannelHome home, Loop loop) {
        this.id = id;
        this.role = role;
        this.home = home;
        this.loop = loop;
        this.state = ChannelState.ALLOCATING;
        this.since = home.surroundings().clock().instant();
    }

    long id() {
        return id;
    }

    ChannelRole role() {
        return role;
    }

    Loop loop() {
        return loop;
    }

    ChannelType type() {
        return type;
    }

    ChannelState state() {
        return state;
    }

    /** Whether its end has begun. Any thread. */
    boolean isEnding() {
        return isIn(ChannelState.CLOSE_PENDING, ChannelState.STOPPING, ChannelState.STOPPED);
    }

    boolean isStopped() {
        return state == ChannelState.STOPPED;
    }

    String relayName() {
        return home.settings().name();
    }

    // ---- the one door through which the state changes

    private void on(ChannelEvent event) {
        ChannelState from = state;
        state = home.states()
                .next(role, type, from, event)
                .orElseThrow(
                        () -> new IllegalStateException("illegal transition: channel=%d, role=%s, state=%s, event=%s"
                                .formatted(id, role, from, event)));
        Instant now = home.surroundings().clock().instant();
        if (state != from) {
            since = now;
        }
        reason = event.reason();
        home.surroundings().events().onTransition(new Transition(relayName(), id, role, type, from, state, event, now));
    }

    /** The local DRBD dials again, so what its last session left is worth nothing any more. */
    void endDrain() {
        if (state == ChannelState.CLOSE_PENDING && session.isEndedLocally()) {
            stop("the local DRBD dialled again");
        }
    }

    private boolean isIn(ChannelState... states) {
        for (ChannelState one : states) {
            if (state == one) {
                return true;
            }
        }
        return false;
    }

    // ---- the bridge

    /** Connector: dials the peer until the bridge stands. */
    void startDialling() {
        on(new MemoryObtained("dialling " + peerOutside()));
        dialPeer();
    }

    private String peerOutside() {
        return ChannelTexts.address(home.settings().addresses().peer());
    }

    private void dialPeer() {
        timer = null;
        if (state != ChannelState.BRIDGING) {
            return;
        }
        sessionId = home.newSession();
        link = new Link(loop, this);
        home.transport()
                .dial(
                        null,
                        home.settings().addresses().peer(),
                        BRIDGE_DIAL_TIMEOUT_MS,
                        Link.SOCKET_OPTIONS,
                        loop,
                        link);
    }

    @Override
    public void onLinkOpen(Link opened) {
        opened.writeControl(RecordType.HELLO, 0, Payloads.hello(hello(ChannelRole.CONNECTOR)));
        opened.flush();
        timer = loop.schedule(
                () -> opened.fail("no answer to the hello within %d s".formatted(HANDSHAKE_NS / 1_000_000_000L)),
                HANDSHAKE_NS);
    }

    private Hello hello(ChannelRole sender) {
        return new Hello(
                0,
                sessionId,
                sender,
                false,
                0,
                0,
                INITIAL_CREDIT,
                RelayMemory.recordBytesMax(home.memory().segmentBytes()),
                home.settings().resource(),
                home.surroundings().hostName(),
                home.settings().addresses().peer().getHostString(),
                ChannelTexts.address(home.settings().addresses().inside()),
                ChannelTexts.address(home.settings().addresses().drbd()),
                home.codecNames());
    }

    /** Acceptor: takes a link whose hello names this channel's relay. */
    void acceptBridge(Link accepted, Hello hello) {
        link = accepted;
        link.owner(this);
        sessionId = hello.session();
        on(new MemoryObtained(""));
        link.writeControl(RecordType.WELCOME, 0, Payloads.hello(hello(ChannelRole.ACCEPTOR)));
        link.flush();
        onBridge(hello);
        home.onWaiting(this);
    }

    private void onBridge(Hello hello) {
        cancelTimer();
        peer = hello;
        peerCodecs = new CodecNames(hello.codecs());
        dialAgainNs = DIAL_AGAIN_MIN_NS;
        link.startHeartbeat();
        home.health().onPeer(hello);
        home.health().onGood(bridgeLeg());
        on(new BridgeUp("with " + hello.fromHost() + " at " + ChannelTexts.address(link.remoteAddress())));
        on(new Ready(
                role == ChannelRole.ACCEPTOR
                        ? "at "
                                + ChannelTexts.address(
                                        home.settings().addresses().inside())
                        : "awaiting-type: the far DRBD has not dialled"));
    }

    @Override
    public void onEarlyRecord(Link from, RecordType record, ByteBuffer memory, int offset) throws PeerViolation {
        if (record == RecordType.WELCOME && state == ChannelState.BRIDGING && role == ChannelRole.CONNECTOR) {
            Hello hello = Payloads.readHello(memory, offset);
            if (!hello.session().equals(sessionId) || hello.role() != ChannelRole.ACCEPTOR) {
                throw new PeerViolation("answer to another hello: session=%s, role=%s (expected: %s, ACCEPTOR)"
                        .formatted(hello.session(), hello.role(), sessionId));
            }
            onBridge(hello);
        } else if (record == RecordType.REFUSE && state == ChannelState.BRIDGING) {
            from.fail("refused by the peer: " + Payloads.readClause(memory, offset, 0));
        } else if (record == RecordType.TYPE && state == ChannelState.CONNECTING && session == null) {
            onFarDrbd(Payloads.readType(memory, offset));
        } else if (record == RecordType.CODECS && peerCodecs != null) {
            peerCodecs.replace(Payloads.readCodecs(memory, offset));
        } else {
            throw new PeerViolation("unexpected record: type=%s, state=%s".formatted(record, state.label()));
        }
    }

    /** Which of the relay's connections this channel's bridge is. */
    private Leg bridgeLeg() {
        return role == ChannelRole.CONNECTOR ? Leg.OUTSIDE_TO_PEER : Leg.PEER_TO_OUTSIDE;
    }

    @Override
    public void onLinkClosed(Link closed, String why) {
        if (!ended) {
            home.health().onFault(bridgeLeg(), why);
        }
        switch (state) {
            case BRIDGING -> {
                cancelTimer();
                on(new BridgeFailed(why));
                dialAgainLater();
            }
            case BRIDGED, WAITING, CONNECTING -> {
                if (session != null || role == ChannelRole.ACCEPTOR) {
                    stop("the bridge broke: " + why);
                } else {
                    on(new BridgeLost(why));
                    dialAgainLater();
                }
            }
            case STOPPING, STOPPED -> {
                // Nothing can complete an end that has begun without the bridge; its partner may still drain.
                end("the bridge broke: " + why);
                finishStop();
            }
            default -> stop("the bridge broke: " + why);
        }
    }

    private void dialAgainLater() {
        long jitter = (long) (dialAgainNs * 0.25 * home.surroundings().random().nextDouble());
        timer = loop.schedule(this::dialPeer, dialAgainNs + jitter);
        dialAgainNs = Math.min(DIAL_AGAIN_MAX_NS, dialAgainNs * 2);
    }

    // ---- the local DRBD

    /** Acceptor: the local DRBD dialled in. */
    void takeDrbd(Accepted drbd) {
        if (state != ChannelState.WAITING || !link.isOpen()) {
            home.onNotTaken(drbd);
            return;
        }
        home.health().onGood(Leg.DRBD_TO_INSIDE);
        on(new DrbdAccepted("from " + ChannelTexts.address(drbd.remoteAddress())));
        session = new Session(this, loop, link);
        session.awaitFirstPacket();
        drbd.start(loop, SocketOptions.SYSTEM, session);
    }

    @Override
    public void onFirstPacket(ChannelType known, ByteBuffer first) {
        type = known;
        Account account = openAccount();
        if (account == null) {
            stop(noMemory());
            return;
        }
        on(new TypeKnown(known, "the peer dials the far DRBD"));
        link.writeControl(RecordType.TYPE, 0, Payloads.type(known));
        beginSession(account);
        session.transmitFirst(first);
        session.openToDrbd();
    }

    /** Connector: the far DRBD dialled the peer. */
    private void onFarDrbd(ChannelType known) {
        type = known;
        home.health().onGood(Leg.FAR_DRBD_TO_FAR_INSIDE);
        on(new TypeKnown(
                known,
                "dialling " + ChannelTexts.address(home.settings().addresses().drbd())));
        home.onInUse(this);
        Account account = openAccount();
        if (account == null) {
            onDrbdUnreachable(noMemory());
            return;
        }
        session = new Session(this, loop, link);
        beginSession(account);
        session.dial(home.transport(), home.settings().addresses());
    }

    private Account openAccount() {
        return home.memory().open(type, loop, () -> session.onMemoryFree());
    }

    private String noMemory() {
        return "no memory for one more channel, memlimit %d is full or too small: raise memlimit of relay %s in %s, or let DRBD dial again"
                .formatted(
                        home.settings().memlimitBytes(),
                        relayName(),
                        home.settings().source());
    }

    private void beginSession(Account account) {
        drbdSession = home.join(this, type);
        session.begin(type, role, account, home, drbdSession, peer, peerCodecs);
    }

    @Override
    public void onDrbdReached() {
        if (role == ChannelRole.ACCEPTOR || state != ChannelState.CONNECTING) {
            return;
        }
        home.health().onGood(Leg.INSIDE_TO_DRBD);
        on(new DrbdReached(""));
        link.writeControl(RecordType.ESTABLISHED, 0, Payloads.EMPTY);
        on(new Established(""));
        session.openToDrbd();
    }

    @Override
    public void onDrbdUnreachable(String why) {
        home.health().onFault(Leg.INSIDE_TO_DRBD, why);
        link.writeControl(RecordType.CLOSE, 0, Payloads.end(End.UNREACHABLE, why));
        stop("dial-failed: " + why);
    }

    @Override
    public void onNotDrbd(String sentence) {
        home.surroundings().events().onSentence(relayName(), sentence);
        stop("not DRBD");
    }

    // ---- in session

    /** A control record of the session that is not the data path's own. */
    @Override
    public boolean onControl(RecordType record, ByteBuffer memory, int offset) throws PeerViolation {
        if (link.onHeartbeat(record, memory, offset)) {
            return true;
        }
        if (record == RecordType.ESTABLISHED && state == ChannelState.ESTABLISHING && role == ChannelRole.ACCEPTOR) {
            home.health().onGood(Leg.FAR_INSIDE_TO_FAR_DRBD);
            on(new Established(""));
            return true;
        }
        if (record == RecordType.CODECS) {
            peerCodecs.replace(Payloads.readCodecs(memory, offset));
            return true;
        }
        if (record == RecordType.CLOSE && Payloads.readEnd(memory, offset) == End.UNREACHABLE) {
            String why = Payloads.readClause(memory, offset, 1);
            home.health().onFault(Leg.FAR_INSIDE_TO_FAR_DRBD, why);
            loop.execute(() -> stop("the far DRBD cannot be reached: " + why));
            return true;
        }
        return false;
    }

    /** Tells the peer which codecs there are here now. */
    void announceCodecs() {
        if (peer != null && link.isOpen()) {
            link.writeControl(RecordType.CODECS, 0, Payloads.codecs(home.codecNames()));
            link.flush();
        }
    }

    @Override
    public void onDataWritten(int bytes) {
        if (session != null) {
            session.onDataWritten(bytes);
        }
    }

    @Override
    public void onLinkProgress() {
        if (session != null) {
            session.pump();
        }
    }

    @Override
    public void onEnding(String why) {
        long backlog = session.backlogBytes();
        if (isIn(
                ChannelState.CONNECTED, ChannelState.CONNECTING, ChannelState.ESTABLISHING, ChannelState.ESTABLISHED)) {
            on(new Closing(backlog, why));
            timer = backlog > 0
                    ? loop.schedule(
                            () -> stop("not drained within drain-timeout"),
                            home.settings().drainTimeoutMs() * 1_000_000L)
                    : loop.schedule(() -> stop("the far DRBD kept its half open"), HALF_CLOSED_NS);
        }
    }

    @Override
    public void onComplete() {
        end("both ends closed");
    }

    @Override
    public void onInsideClosed(String why) {
        if (state == ChannelState.STOPPING) {
            finishStop();
        }
    }

    @Override
    public void onReleased() {
        if (state == ChannelState.STOPPING) {
            finishStop();
        }
    }

    // ---- the end

    /** Ends the channel before its time: what the sockets have taken still goes out, nothing else. */
    void stop(String why) {
        if (!ended && drbdSession != null) {
            drbdSession.onBroken(this, why);
        }
        end(why);
    }

    private void end(String why) {
        if (ended) {
            return;
        }
        ended = true;
        cancelTimer();
        on(new Stop(why));
        if (session != null) {
            session.closeInside();
            timer = loop.schedule(session::resetInside, home.settings().drainTimeoutMs() * 1_000_000L);
        }
        if (link != null) {
            link.close(why);
        }
        finishStop();
    }

    private void finishStop() {
        if (state != ChannelState.STOPPING || link != null && !link.isGone() || session != null && !session.release()) {
            return;
        }
        cancelTimer();
        on(new Closed(reason));
        home.onStopped(this);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /** What operators see. On the loop. */
    ChannelStatus status() {
        return new ChannelStatus(
                id,
                role,
                type,
                state,
                reason,
                since,
                session == null ? "" : session.drbdAddress(),
                link == null || !link.isOpen() ? "" : ChannelTexts.address(link.remoteAddress()),
                drbdSession == null ? "" : drbdSession.describe(),
                session == null ? ChannelTexts.NO_FLOW : session.transmitFlow(),
                session == null ? ChannelTexts.NO_FLOW : session.receiveFlow(),
                link == null ? 0 : link.roundTripNs());
    }
}
