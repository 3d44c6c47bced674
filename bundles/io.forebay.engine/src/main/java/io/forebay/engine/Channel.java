/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.Leg;
import io.forebay.api.state.ChannelEvent.*;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.text.AddressText;
import io.forebay.api.transport.Loop;
import io.forebay.drbd.Node;
import io.forebay.engine.Payloads.End;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * One relayed TCP connection of DRBD, from the moment it waits for its bridge until it has stopped. It is used for one
 * session and never again, so no byte of a session can reach the next (rule R7). Owned by its loop.
 */
final class Channel implements BridgeOwner, Session.Owner {

    /** DATA records that the peer may send before it was given credit: DRBD's first packet and a little more. */
    static final int INITIAL_CREDIT = 2048;

    private final long id;
    private final ChannelRole role;
    private final ChannelType standbyType;
    private final ChannelHome home;
    private final Loop loop;
    private final Bridge bridge;
    private final ChannelLife life;
    private final SessionOpening opening;
    private final ChannelEnd end;
    private final SessionInquiry inquiry;
    private volatile UUID sessionId;
    private boolean claimed;
    private Hello peer;
    private final CodecAgreement codecs;
    private Session session;
    private volatile DrbdSession drbdSession;

    /** With {@code initial}: allocating, or stopped if it succeeds another. */
    Channel(long id, ChannelRole role, ChannelType standbyType, ChannelState initial, ChannelHome home, Loop loop) {
        this.id = id;
        this.role = role;
        this.standbyType = standbyType;
        this.home = home;
        this.loop = loop;
        this.life = new ChannelLife(id, role, initial, home);
        this.bridge = new Bridge(role, loop, home, this);
        this.opening = new SessionOpening(this, life, home, bridge);
        this.end = new ChannelEnd(this, life, home, bridge);
        this.inquiry = new SessionInquiry(this, life, home, bridge);
        this.codecs = new CodecAgreement(home, bridge.carrier());
    }

    long id() {
        return id;
    }

    ChannelRole role() {
        return role;
    }

    /** What it stands by for, or did; it may get the other type, where it stands worse. */
    ChannelType standbyType() {
        return standbyType;
    }

    Loop loop() {
        return loop;
    }

    ChannelType type() {
        return life.type();
    }

    ChannelState state() {
        return life.state();
    }

    UUID sessionId() {
        return sessionId;
    }

    /** The DRBD connection that it is part of; {@code null} before its type is known. */
    DrbdSession drbdSession() {
        return drbdSession;
    }

    void drbdSession(DrbdSession joined) {
        drbdSession = joined;
    }

    /** {@code null} before a DRBD has dialled. On the loop, as are the next three. */
    Session session() {
        return session;
    }

    void session(Session begun) {
        session = begun;
        codecs.begin(begun);
    }

    /** What the peer said of itself; {@code null} before the bridge stood. */
    Hello peer() {
        return peer;
    }

    /** What it and the peer tell each other of codecs. */
    CodecAgreement codecs() {
        return codecs;
    }

    /** What begins its session. */
    SessionOpening opening() {
        return opening;
    }

    /** What ends it. */
    ChannelEnd end() {
        return end;
    }

    /** What it asks the peer, or is asked, about sessions. */
    SessionInquiry inquiry() {
        return inquiry;
    }

    /** Whether it relays, or did until its bridge broke. Any thread. */
    boolean isEstablished() {
        return life.isIn(ChannelState.ESTABLISHED, ChannelState.RESUMING);
    }

    /** Whether its end has begun, or will when what is left is delivered. Any thread. */
    boolean isEnding() {
        return end.isNear();
    }

    boolean hasEnded() {
        return end.hasBegun();
    }

    boolean isStopped() {
        return end.hasBegun() && life.state() == ChannelState.STOPPED;
    }

    /** Whether it is there for a DRBD that has not dialled yet. Any thread. */
    boolean isStandby() {
        return life.type() == ChannelType.UNDEFINED && life.state() != ChannelState.CONNECTED && !isEnding();
    }

    // ---- the bridge

    /** There is memory: gets the bridge. */
    void start() {
        if (end.hasBegun() || !life.isIn(ChannelState.ALLOCATING, ChannelState.STOPPED)) {
            return;
        }
        String what = home.dialling().leads(role)
                ? "dialling " + AddressText.of(home.settings().addresses().peer())
                : "waiting for the peer at "
                        + AddressText.of(home.settings().addresses().outside());
        life.on(life.state() == ChannelState.ALLOCATING ? new MemoryObtained(what) : new Restart(what));
        bridge.dial();
    }

    /** The BAB's memory cannot be had yet. */
    void onNoMemory(String why) {
        if (life.state() == ChannelState.ALLOCATING) {
            life.reason(why);
        }
    }

    /** Another channel's bridge came up: who dials does so at once, who does not asks whether it is still waited for. */
    void onLineBack() {
        if (life.state() != ChannelState.ALLOCATING) {
            bridge.kick();
        }
        inquiry.begin();
    }

    /** The relay uses its lines differently from now on. */
    void onLineSettings() {
        bridge.onLineSettings();
        if (session != null) {
            session.onLineSettings(home.settings().line());
        }
    }

    /** The relay says another word on who dials. */
    void onDialling() {
        if (life.state() != ChannelState.ALLOCATING) {
            bridge.onDialling();
        }
    }

    /** Another channel's bridge broke: whether this one's stands should be known soon. */
    void onLineSuspect() {
        bridge.hurry();
    }

    @Override
    public Hello hello(int attempt, int lane) {
        return ChannelHello.of(this, home, attempt, lane);
    }

    @Override
    public boolean knowsCodec(int number) {
        return codecs.peer().name(number) != null;
    }

    @Override
    public void onNewSession(UUID begun) {
        sessionId = begun;
    }

    /** Reserves it for a link whose hello came; {@code false} if it has one. Any thread. */
    synchronized boolean claim() {
        boolean free = !claimed && life.state() == ChannelState.BRIDGING;
        claimed |= free;
        return free;
    }

    /** Reserves it before it has begun. */
    synchronized void claimEarly() {
        claimed = true;
    }

    private synchronized void release() {
        claimed = false;
    }

    /** Takes a link that the peer dialled for it: its first, or one that goes on with its session. */
    void acceptBridge(Link link, Hello hello) {
        bridge.accept(link, hello);
    }

    @Override
    public void onBridgeUp(Hello hello) {
        peer = hello;
        home.health().onPeer(hello);
        onBridgeGood(hello);
        life.on(new BridgeUp(
                "with " + hello.fromHost() + " at " + bridge.carrier().peerAddress()));
        if (role == ChannelRole.ACCEPTOR) {
            life.on(new Ready("at " + AddressText.of(home.settings().addresses().inside())));
            home.inside().onWaiting(this);
        } else {
            life.on(new Ready("awaiting-type: the far DRBD has not dialled"));
        }
        codecs.onHello(hello);
        home.channels().onBridge();
    }

    /** Whoever dialled it: what this site failed to do for it before matters no more. */
    private void onBridgeGood(Hello hello) {
        home.dialling().onPeer(hello.dial());
        home.health().onGood(bridgeLeg());
        home.health().onGood(role == ChannelRole.CONNECTOR ? Leg.OUTSIDE_TO_PEER : Leg.PEER_TO_OUTSIDE);
    }

    private Leg bridgeLeg() {
        return home.dialling().leg(role);
    }

    @Override
    public void onBridgeFailed(String why) {
        home.health().onFault(Leg.OUTSIDE_TO_PEER, why);
        if (home.channels().anyEstablished()) {
            home.oneWay().onDialFailed(why);
        }
        if (life.state() == ChannelState.BRIDGING) {
            codecs.onNoBridge();
        }
        if (life.isIn(ChannelState.BRIDGING, ChannelState.RESUMING, ChannelState.CLOSE_PENDING)) {
            life.on(new BridgeFailed(why));
        }
    }

    @Override
    public void onBridgeLost(String why) {
        if (!isEnding()) {
            home.health().onFault(bridgeLeg(), why);
        }
        switch (life.state()) {
            case BRIDGED, WAITING, CONNECTING -> {
                if (session != null) {
                    end.stop("the bridge broke: " + why);
                } else {
                    life.on(new BridgeLost(why));
                    release();
                    codecs.onNoBridge();
                    home.inside().onUnbridged(this);
                }
            }
            case ESTABLISHED -> {
                life.on(new BridgeLost(why));
                home.channels().onLineSuspect();
                end.awaitBridge();
                inquiry.begin();
            }
            case CLOSE_PENDING -> {
                life.on(new BridgeLost(why));
                inquiry.begin();
            }
            case STOPPING, STOPPED -> end.onBridgeLost("the bridge broke: " + why);
            default -> end.stop("the bridge broke: " + why);
        }
        if (!home.channels().anyEstablished()) {
            home.oneWay().onLineLost();
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
        codecs.onResumed(hello);
        onBridgeGood(hello);
        onBridgeAgain("over %s, from position %d".formatted(bridge.carrier().peerAddress(), hello.receivedPosition()));
        session.resume();
    }

    private void onBridgeAgain(String how) {
        end.onBridgeAgain();
        home.health().onGood(bridgeLeg());
        if (life.isIn(ChannelState.RESUMING, ChannelState.CLOSE_PENDING)) {
            life.on(new Resumed(how));
        }
        home.channels().onBridge();
    }

    @Override
    public void onBridgeOver(String why) {
        end.onPeerGone(why);
    }

    @Override
    public void onRoundTrip(long roundTripNs) {
        if (life.type() != ChannelType.DATA) {
            home.health().onLightRoundTrip(roundTripNs);
        }
    }

    @Override
    public void onBridgeGone() {
        end.finish();
    }

    @Override
    public void onEarlyRecord(RecordType record, ByteBuffer memory, int offset) throws PeerViolation {
        if (record == RecordType.TYPE && life.state() == ChannelState.CONNECTING && session == null) {
            opening.onFarDrbd(Payloads.readType(memory, offset));
        } else if (!codecs.onRecord(record, memory, offset) && !inquiry.onRecord(record, memory, offset)) {
            throw new PeerViolation("unexpected record: type=%s, state=%s"
                    .formatted(record, life.state().label()));
        }
    }

    // ---- in session

    /** A control record of the session that is not the data path's own. */
    @Override
    public boolean onControl(RecordType record, ByteBuffer memory, int offset) throws PeerViolation {
        if (bridge.carrier().onHeartbeat(record, memory, offset) || codecs.onRecord(record, memory, offset)) {
            return true;
        }
        switch (record) {
            case ESTABLISHED -> {
                return opening.onFarDrbdReached();
            }
            case CLOSE -> {
                if (Payloads.readEnd(memory, offset) == End.UNREACHABLE) {
                    opening.onFarDrbdUnreachable(Payloads.readClause(memory, offset, 1));
                    return true;
                }
            }
            case ASK, UNKNOWN -> {
                return inquiry.onRecord(record, memory, offset);
            }
            case OVER -> {
                String why = Payloads.readClause(memory, offset, 0);
                bridge.onOver();
                loop.execute(() -> end.onPeerGone("ended by the peer: " + why));
                return true;
            }
            default -> {}
        }
        return false;
    }

    /** The codecs here have changed, or the one that the relay uses. */
    void onCodecs() {
        codecs.onChange();
        if (session != null) {
            session.onCodecs();
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
        } else {
            codecs.pump();
        }
    }

    @Override
    public void onMoved() {
        codecs.pump();
    }

    @Override
    public void onStreamEnd(Node sender) {
        drbdSession.onEnd(this, sender);
    }

    @Override
    public void onUnreadable(Unreadable what) {
        if (what.blame() == Unreadable.Blame.PEER) {
            bridge.carrier().onViolation(what.sentence());
        }
        end.stop(what.sentence());
    }

    /** What operators see. On the loop. */
    ChannelStatus status() {
        return new ChannelStatus(
                id,
                role,
                life.type(),
                life.state(),
                life.reason(),
                life.since(),
                session == null ? "" : session.drbdAddress(),
                bridge.carrier().peerAddress(),
                drbdSession == null ? "" : drbdSession.describe(),
                session == null ? ChannelTexts.NO_FLOW : session.transmitFlow(),
                session == null ? ChannelTexts.NO_FLOW : session.receiveFlow(),
                bridge.carrier().roundTripNs());
    }
}
