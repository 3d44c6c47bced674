/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus;
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
final class Channel implements Session.Owner {

    /** DATA records that the peer may send before it was given credit: DRBD's first packet and a little more. */
    static final int INITIAL_CREDIT = 2048;

    private final long id;
    private final ChannelRole role;
    private final ChannelType standbyType;
    private final ChannelHome home;
    private final Loop loop;
    private final ChannelBridging bridging;
    private final Bridge bridge;
    private final ChannelLife life;
    private final SessionOpening opening;
    private final ChannelEnd end;
    private final SessionInquiry inquiry;
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
        this.bridging = new ChannelBridging(this, life, home);
        this.bridge = bridging.bridge();
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
        return bridging.sessionId();
    }

    /** The DRBD connection that it is part of; {@code null} before its type is known. */
    DrbdSession drbdSession() {
        return drbdSession;
    }

    void drbdSession(DrbdSession joined) {
        drbdSession = joined;
    }

    /** {@code null} before a DRBD has dialled. On the loop, as are the next two. */
    Session session() {
        return session;
    }

    void session(Session begun) {
        session = begun;
        codecs.begin(begun);
    }

    /** What it and the peer tell each other of codecs. */
    CodecAgreement codecs() {
        return codecs;
    }

    /** What its bridge brings about. */
    ChannelBridging bridging() {
        return bridging;
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
