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
final class Channel implements Bridge.Owner, Session.Owner {

    /** DATA records that the peer may send before it was given credit: DRBD's first packet and a little more. */
    static final int INITIAL_CREDIT = 2048;

    /**
     * A DRBD that is just starting may have dialled, too, before it takes this connection. It looks after its own one when it
     * has read the first packet of the other, so that one must be closed by then, or it settles by chance and may wait for
     * connect-int. So the first packet of data comes one round trip later, but at most this.
     */
    private static final long FIRST_PACKET_LATER_MAX_NS = 120_000_000L;

    /** A reset drops what the system has not sent yet, so it comes this much later than the last byte. */
    private static final long RESET_LATER_NS = 200_000_000L;

    /** How often an acceptor without a bridge asks whether it is still waited for. */
    private static final long ASK_AGAIN_NS = 1_000_000_000L;

    /** How long the far DRBD may take to close its half after all was delivered to it. */
    private static final long HALF_CLOSED_NS = 30_000_000_000L;

    private final long id;
    private final ChannelRole role;
    private final ChannelHome home;
    private final Loop loop;
    private final Bridge bridge;
    private volatile ChannelState state;
    private String reason = "";
    private Instant since;
    private volatile ChannelType type = ChannelType.UNDEFINED;
    private volatile UUID sessionId;
    private boolean claimed;
    private Hello peer;
    private CodecNames peerCodecs;
    private Session session;
    private volatile DrbdSession drbdSession;
    private Loop.Timer timer;
    private Loop.Timer resumeTimer;
    private Loop.Timer asking;
    private boolean established;
    private boolean peerGone;
    private volatile boolean ended;

    /** With {@code initial}: allocating, or stopped if it succeeds another. */
    Channel(long id, ChannelRole role, ChannelState initial, ChannelHome home, Loop loop) {
        this.id = id;
        this.role = role;
        this.home = home;
        this.loop = loop;
        this.state = initial;
        this.since = home.surroundings().clock().instant();
        this.bridge = new Bridge(role, loop, home, this);
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

    UUID sessionId() {
        return sessionId;
    }

    /** The DRBD connection that it is part of; {@code null} before its type is known. */
    DrbdSession drbdSession() {
        return drbdSession;
    }

    /** Whether it relays, or did until its bridge broke. Any thread. */
    boolean isEstablished() {
        return isIn(ChannelState.ESTABLISHED, ChannelState.RESUMING);
    }

    /** Whether its end has begun. Any thread. */
    boolean isEnding() {
        return ended || isIn(ChannelState.CLOSE_PENDING, ChannelState.STOPPING);
    }

    boolean hasEnded() {
        return ended;
    }

    boolean isStopped() {
        return ended && state == ChannelState.STOPPED;
    }

    /** Whether it is there for a DRBD that has not dialled yet. Any thread. */
    boolean isStandby() {
        return type == ChannelType.UNDEFINED && state != ChannelState.CONNECTED && !isEnding();
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
        home.surroundings()
                .events()
                .onTransition(new Transition(home.settings().name(), id, role, type, from, state, event, now));
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

    /** There is memory: gets the bridge. */
    void start() {
        if (ended || !isIn(ChannelState.ALLOCATING, ChannelState.STOPPED)) {
            return;
        }
        String what = role == ChannelRole.CONNECTOR
                ? "dialling " + ChannelTexts.address(home.settings().addresses().peer())
                : "waiting for the peer at "
                        + ChannelTexts.address(home.settings().addresses().outside());
        on(state == ChannelState.ALLOCATING ? new MemoryObtained(what) : new Restart(what));
        if (role == ChannelRole.CONNECTOR) {
            bridge.dial();
        }
    }

    /** The BAB's memory cannot be had yet. */
    void onNoMemory(String why) {
        if (state == ChannelState.ALLOCATING) {
            reason = why;
        }
    }

    /** Another channel's bridge came up: the connector dials at once, the acceptor asks whether it is still waited for. */
    void onLineBack() {
        bridge.kick();
        ask();
    }

    /** Another channel's bridge broke: whether this one's stands should be known soon. */
    void onLineSuspect() {
        bridge.hurry();
    }

    private void ask() {
        if (asking != null) {
            asking.cancel();
            asking = null;
        }
        if (role == ChannelRole.ACCEPTOR
                && bridge.isLost()
                && isIn(ChannelState.RESUMING, ChannelState.CLOSE_PENDING)) {
            home.ask(this);
            asking = loop.schedule(this::ask, ASK_AGAIN_NS);
        }
    }

    /** Asks the peer over this channel's link whether it knows a session. */
    void ask(UUID session) {
        if (bridge.writeControl(RecordType.ASK, 0, Payloads.session(session))) {
            bridge.flush();
        }
    }

    private void answer(UUID session) {
        if (!home.knows(session)) {
            bridge.writeControl(RecordType.UNKNOWN, 0, Payloads.session(session));
            bridge.flush();
        }
    }

    @Override
    public Hello hello(int attempt) {
        if (attempt == 0 && role == ChannelRole.CONNECTOR) {
            sessionId = home.newSession();
        }
        return new Hello(
                0,
                sessionId,
                role,
                attempt,
                session == null ? 0 : session.receivedPosition(),
                session == null ? 0 : session.receivedWireBytes(),
                session == null ? INITIAL_CREDIT : session.creditLimit(),
                RelayMemory.recordBytesMax(home.memory().segmentBytes()),
                home.settings().resource(),
                home.surroundings().hostName(),
                home.settings().addresses().peer().getHostString(),
                ChannelTexts.address(home.settings().addresses().inside()),
                ChannelTexts.address(home.settings().addresses().drbd()),
                home.codecNames());
    }

    /** Acceptor: reserves it for a link whose hello came; {@code false} if it has one. Any thread. */
    synchronized boolean claim() {
        boolean free = !claimed && state == ChannelState.BRIDGING;
        claimed |= free;
        return free;
    }

    /** Acceptor: reserves it before it has begun. */
    synchronized void claimEarly() {
        claimed = true;
    }

    private synchronized void release() {
        claimed = false;
    }

    /** Acceptor: takes a link whose hello names it: its first, or one that goes on with its session. */
    void acceptBridge(Link link, Hello hello) {
        if (hello.attempt() == 0) {
            sessionId = hello.session();
        }
        bridge.accept(link, hello);
    }

    @Override
    public void onBridgeUp(Hello hello) {
        peer = hello;
        peerCodecs = new CodecNames(hello.codecs());
        home.health().onPeer(hello);
        home.health().onGood(bridgeLeg());
        on(new BridgeUp("with " + hello.fromHost() + " at " + bridge.peerAddress()));
        if (role == ChannelRole.ACCEPTOR) {
            on(new Ready(
                    "at " + ChannelTexts.address(home.settings().addresses().inside())));
            home.onWaiting(this);
        } else {
            on(new Ready("awaiting-type: the far DRBD has not dialled"));
        }
        home.onBridge();
    }

    /** Which of the relay's connections this channel's bridge is. */
    private Leg bridgeLeg() {
        return role == ChannelRole.CONNECTOR ? Leg.OUTSIDE_TO_PEER : Leg.PEER_TO_OUTSIDE;
    }

    @Override
    public void onBridgeFailed(String why) {
        home.health().onFault(bridgeLeg(), why);
        if (isIn(ChannelState.BRIDGING, ChannelState.RESUMING, ChannelState.CLOSE_PENDING)) {
            on(new BridgeFailed(why));
        }
    }

    @Override
    public void onBridgeLost(String why) {
        if (!isEnding()) {
            home.health().onFault(bridgeLeg(), why);
        }
        switch (state) {
            case BRIDGED, WAITING, CONNECTING -> {
                if (session != null) {
                    stop("the bridge broke: " + why);
                } else {
                    on(new BridgeLost(why));
                    release();
                    home.onUnbridged(this);
                }
            }
            case ESTABLISHED -> {
                on(new BridgeLost(why));
                home.onLineSuspect();
                resumeTimer = loop.schedule(
                        () -> onPeerGone("the bridge could not be rebuilt within resume-timeout"),
                        home.settings().resumeTimeoutMs() * 1_000_000L);
                ask();
            }
            case CLOSE_PENDING -> {
                on(new BridgeLost(why));
                ask();
            }
            // Nothing can complete an end that has begun without the bridge; its partner may still drain.
            case STOPPING, STOPPED -> end("the bridge broke: " + why, false);
            default -> stop("the bridge broke: " + why);
        }
    }

    @Override
    public void onBridgeHeard() {
        onBridgeAgain("the peer is heard again");
    }

    @Override
    public void onRewind(Hello hello) throws PeerViolation {
        session.rewind(hello);
    }

    @Override
    public void onBridgeResumed(Hello hello) {
        peerCodecs.replace(hello.codecs());
        onBridgeAgain("over %s, from position %d".formatted(bridge.peerAddress(), hello.receivedPosition()));
        session.resume();
    }

    private void onBridgeAgain(String how) {
        if (resumeTimer != null) {
            resumeTimer.cancel();
            resumeTimer = null;
        }
        home.health().onGood(bridgeLeg());
        if (isIn(ChannelState.RESUMING, ChannelState.CLOSE_PENDING)) {
            on(new Resumed(how));
        }
        home.onBridge();
    }

    @Override
    public void onBridgeOver(String why) {
        onPeerGone(why);
    }

    @Override
    public void onRoundTrip(long roundTripNs) {
        if (type != ChannelType.DATA) {
            home.health().onLightRoundTrip(roundTripNs);
        }
    }

    @Override
    public void onBridgeGone() {
        finishStop();
    }

    @Override
    public void onEarlyRecord(RecordType record, ByteBuffer memory, int offset) throws PeerViolation {
        if (record == RecordType.TYPE && state == ChannelState.CONNECTING && session == null) {
            onFarDrbd(Payloads.readType(memory, offset));
        } else if (record == RecordType.CODECS) {
            peerCodecs.replace(Payloads.readCodecs(memory, offset));
        } else if (record == RecordType.ASK) {
            answer(Payloads.readSession(memory, offset));
        } else if (record == RecordType.UNKNOWN) {
            home.onUnknown(Payloads.readSession(memory, offset));
        } else {
            throw new PeerViolation("unexpected record: type=%s, state=%s".formatted(record, state.label()));
        }
    }

    // ---- the local DRBD

    /** Acceptor: the local DRBD dialled in. */
    void takeDrbd(Accepted drbd) {
        if (state != ChannelState.WAITING || !bridge.isOpen()) {
            home.onNotTaken(drbd);
            return;
        }
        home.health().onGood(Leg.DRBD_TO_INSIDE);
        on(new DrbdAccepted("from " + ChannelTexts.address(drbd.remoteAddress())));
        session = new Session(this, loop, bridge);
        session.awaitFirstPacket();
        drbd.start(loop, SocketOptions.SYSTEM, session);
    }

    @Override
    public void onFirstPacket(ChannelType known, ByteBuffer first) {
        type = known;
        if (home.crossing(this) != null) {
            stop("crossed: the far DRBD's %s connection was here first".formatted(word(known)));
            return;
        }
        Account account = openAccount();
        if (account == null) {
            stop(noMemory());
            return;
        }
        on(new TypeKnown(known, "the peer dials the far DRBD"));
        bridge.writeControl(RecordType.TYPE, 0, Payloads.type(known));
        beginSession(account);
        session.transmitFirst(first);
        session.openToDrbd();
        home.onInUse();
    }

    /** Connector: the far DRBD dialled the peer. */
    private void onFarDrbd(ChannelType known) {
        type = known;
        home.health().onGood(Leg.FAR_DRBD_TO_FAR_INSIDE);
        on(new TypeKnown(
                known,
                "dialling " + ChannelTexts.address(home.settings().addresses().drbd())));
        home.onInUse();
        Account account = openAccount();
        if (account == null) {
            onDrbdUnreachable(noMemory());
            return;
        }
        session = new Session(this, loop, bridge);
        beginSession(account);
        Channel crossed = home.crossing(this);
        if (crossed == null) {
            dialDrbd();
        } else if (winsOver(crossed)) {
            // DRBD takes a new connection without complaint only when it finds its own one closed.
            crossed.loop().execute(() -> {
                crossed.stop("crossed: the far DRBD's %s connection wins".formatted(word(known)));
                loop.execute(this::dialDrbd);
            });
        } else {
            stop("crossed: the local DRBD's %s connection wins".formatted(word(known)));
        }
    }

    /** Both sites know both sessions' ids, so both come to the same end. */
    private boolean winsOver(Channel crossed) {
        return sessionId.compareTo(crossed.sessionId) < 0;
    }

    private static String word(ChannelType type) {
        return type == ChannelType.DATA ? "data" : "meta";
    }

    private void dialDrbd() {
        if (!ended) {
            session.dial(home.transport(), home.settings().addresses());
        }
    }

    private Account openAccount() {
        return home.memory().open(type, loop, () -> session.onMemoryFree());
    }

    private String noMemory() {
        return "no memory for one more channel, memlimit %d is full or too small: raise memlimit of relay %s in %s, or let DRBD dial again"
                .formatted(
                        home.settings().memlimitBytes(),
                        home.settings().name(),
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
        bridge.writeControl(RecordType.ESTABLISHED, 0, Payloads.EMPTY);
        onEstablished();
        if (type == ChannelType.DATA && !drbdSession.isNegotiating()) {
            loop.schedule(
                    session::openToDrbd,
                    Math.min(FIRST_PACKET_LATER_MAX_NS, home.health().roundTripNs()));
        } else {
            session.openToDrbd();
        }
    }

    private void onEstablished() {
        established = true;
        on(new Established(""));
        home.onEstablished(this);
    }

    @Override
    public void onDrbdUnreachable(String why) {
        home.health().onFault(Leg.INSIDE_TO_DRBD, why);
        refuseDrbd(why);
    }

    private void refuseDrbd(String why) {
        bridge.writeControl(RecordType.CLOSE, 0, Payloads.end(End.UNREACHABLE, why));
        stop("dial-failed: " + why);
    }

    @Override
    public void onNotDrbd(String sentence) {
        home.surroundings().events().onSentence(home.settings().name(), sentence);
        stop("not DRBD");
    }

    // ---- in session

    /** A control record of the session that is not the data path's own. */
    @Override
    public boolean onControl(RecordType record, ByteBuffer memory, int offset) throws PeerViolation {
        if (bridge.onHeartbeat(record, memory, offset)) {
            return true;
        }
        switch (record) {
            case ESTABLISHED -> {
                if (state == ChannelState.ESTABLISHING && role == ChannelRole.ACCEPTOR) {
                    home.health().onGood(Leg.FAR_INSIDE_TO_FAR_DRBD);
                    onEstablished();
                    return true;
                }
                if (role == ChannelRole.ACCEPTOR && isEnding()) {
                    return true; // the local DRBD has left since the peer dialled
                }
            }
            case CODECS -> {
                peerCodecs.replace(Payloads.readCodecs(memory, offset));
                return true;
            }
            case CLOSE -> {
                if (Payloads.readEnd(memory, offset) == End.UNREACHABLE) {
                    String why = Payloads.readClause(memory, offset, 1);
                    home.health().onFault(Leg.FAR_INSIDE_TO_FAR_DRBD, why);
                    loop.execute(() -> stop("the far DRBD cannot be reached: " + why));
                    return true;
                }
            }
            case ASK -> {
                answer(Payloads.readSession(memory, offset));
                return true;
            }
            case UNKNOWN -> {
                home.onUnknown(Payloads.readSession(memory, offset));
                return true;
            }
            case OVER -> {
                String why = Payloads.readClause(memory, offset, 0);
                loop.execute(() -> onPeerGone("ended by the peer: " + why));
                return true;
            }
            default -> {}
        }
        return false;
    }

    /** Tells the peer which codecs there are here now. */
    void announceCodecs() {
        if (peer != null && bridge.writeControl(RecordType.CODECS, 0, Payloads.codecs(home.codecNames()))) {
            bridge.flush();
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
                ChannelState.CONNECTED,
                ChannelState.CONNECTING,
                ChannelState.ESTABLISHING,
                ChannelState.ESTABLISHED,
                ChannelState.RESUMING)) {
            boolean bridgeBroken = state == ChannelState.RESUMING;
            on(new Closing(backlog, why));
            if (state == ChannelState.CLOSE_PENDING) {
                drainWithin(home.settings().drainTimeoutMs());
            } else if (bridgeBroken) {
                loop.execute(() -> end(why, false));
            } else {
                timer = loop.schedule(() -> stop("the far DRBD kept its half open"), HALF_CLOSED_NS);
            }
        }
    }

    private void drainWithin(long timeoutMs) {
        cancelTimers();
        timer = loop.schedule(() -> stop("not drained within drain-timeout"), timeoutMs * 1_000_000L);
    }

    @Override
    public void onComplete() {
        if (session.isPeerGone()) {
            String why = "what the peer had sent is delivered; " + reason;
            cancelTimers();
            timer = loop.schedule(() -> stop(why), RESET_LATER_NS);
        } else {
            end("both ends closed", false);
        }
    }

    @Override
    public void onUnreadable(PeerViolation violation) {
        bridge.onViolation(violation);
        stop("peer violated the protocol: " + violation.getMessage());
    }

    @Override
    public void onReleased() {
        finishStop();
    }

    // ---- the end

    /** The local DRBD dials again, so what its last session left is worth nothing any more. */
    void endDrain() {
        if (state == ChannelState.CLOSE_PENDING && session.isEndedLocally()) {
            stop("the local DRBD dialled again");
        }
    }

    /**
     * The peer has ended the session, or is lost for good: what it sent still goes to the local DRBD. Meta waits for the end
     * of data, which may have to deliver, or even go on; without meta DRBD would not take it any more.
     */
    void onPeerGone(String why) {
        if (ended || peerGone) {
            return;
        }
        peerGone = true;
        if (type == ChannelType.META && established && drbdSession.isDataAlive()) {
            drainWithin(home.settings().drainTimeoutMs());
            bridge.end(why);
            return;
        }
        long undelivered = session == null ? 0 : session.undeliveredBytes();
        if (undelivered == 0 || !isIn(ChannelState.ESTABLISHED, ChannelState.RESUMING, ChannelState.CLOSE_PENDING)) {
            stop(why);
            return;
        }
        if (state != ChannelState.CLOSE_PENDING) {
            on(new Closing(undelivered, why));
        }
        drainWithin(home.settings().drainTimeoutMs());
        bridge.end(why);
        session.onPeerGone();
    }

    /** The data channel of its session has ended; meta may have waited for that. */
    void onDataEnded() {
        if (peerGone) {
            stop(reason);
        }
    }

    /** Ends the channel before its time: what the sockets have taken still goes out, nothing else. */
    void stop(String why) {
        if (!ended && drbdSession != null) {
            drbdSession.onBroken(this, why);
        }
        end(why, false);
    }

    /** Ends the channel because its relay is taken down. */
    void takeDown() {
        end("the relay is taken down", true);
    }

    private void end(String why, boolean orderly) {
        if (ended) {
            return;
        }
        ended = true;
        cancelTimers();
        long lost = established ? session.unconfirmedBytes() : 0;
        on(new Stop(lost == 0 ? why : "%s; %d bytes may not have reached the far DRBD".formatted(why, lost)));
        if (session != null) {
            session.closeInside(orderly || !established);
            timer = loop.schedule(session::resetInside, home.settings().drainTimeoutMs() * 1_000_000L);
        }
        bridge.end(why);
        if (drbdSession != null && type == ChannelType.DATA) {
            drbdSession.onDataEnded();
        }
        finishStop();
    }

    private void finishStop() {
        if (!ended || state != ChannelState.STOPPING || !bridge.isGone() || session != null && !session.release()) {
            return;
        }
        cancelTimers();
        on(new Closed(reason));
        home.onStopped(this);
    }

    private void cancelTimers() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (resumeTimer != null) {
            resumeTimer.cancel();
            resumeTimer = null;
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
                bridge.peerAddress(),
                drbdSession == null ? "" : drbdSession.describe(),
                session == null ? ChannelTexts.NO_FLOW : session.transmitFlow(),
                session == null ? ChannelTexts.NO_FLOW : session.receiveFlow(),
                bridge.roundTripNs());
    }
}
