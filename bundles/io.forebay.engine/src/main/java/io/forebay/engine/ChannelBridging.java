/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.Leg;
import io.forebay.api.state.ChannelEvent.BridgeFailed;
import io.forebay.api.state.ChannelEvent.BridgeLost;
import io.forebay.api.state.ChannelEvent.BridgeUp;
import io.forebay.api.state.ChannelEvent.Ready;
import io.forebay.api.state.ChannelEvent.Resumed;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.text.AddressText;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What a channel's bridge brings about as it comes, breaks and comes again: the channel's states, and what its relay learns of
 * the line. Owned by the channel's loop; what may be called on any thread says so.
 */
final class ChannelBridging implements BridgeOwner {

    private final Channel channel;
    private final ChannelLife life;
    private final ChannelHome home;
    private final Bridge bridge;
    private volatile UUID sessionId;
    private boolean claimed;
    private Hello peer;

    ChannelBridging(Channel channel, ChannelLife life, ChannelHome home) {
        this.channel = channel;
        this.life = life;
        this.home = home;
        this.bridge = new Bridge(channel.role(), channel.loop(), home, this);
    }

    Bridge bridge() {
        return bridge;
    }

    /** The session that the first link began; {@code null} before. Any thread. */
    UUID sessionId() {
        return sessionId;
    }

    /** What the peer said of itself; {@code null} before the bridge stood. */
    Hello peer() {
        return peer;
    }

    @Override
    public Hello hello(int attempt, int lane) {
        return ChannelHello.of(channel, home, attempt, lane);
    }

    @Override
    public boolean knowsCodec(int number) {
        return channel.codecs().peer().name(number) != null;
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
    void accept(Link link, Hello hello) {
        bridge.accept(link, hello);
    }

    @Override
    public void onBridgeUp(Hello hello) {
        peer = hello;
        home.health().onPeer(hello);
        onBridgeGood(hello);
        life.on(new BridgeUp(
                "with " + hello.fromHost() + " at " + bridge.carrier().peerAddress()));
        if (channel.role() == ChannelRole.ACCEPTOR) {
            life.on(new Ready("at " + AddressText.of(home.settings().addresses().inside())));
            home.inside().onWaiting(channel);
        } else {
            life.on(new Ready("awaiting-type: the far DRBD has not dialled"));
        }
        channel.codecs().onHello(hello);
        home.channels().onBridge();
    }

    /** Whoever dialled it: what this site failed to do for it before matters no more. */
    private void onBridgeGood(Hello hello) {
        home.dialling().onPeer(hello.dial());
        home.health().onGood(bridgeLeg());
        home.health().onGood(channel.role() == ChannelRole.CONNECTOR ? Leg.OUTSIDE_TO_PEER : Leg.PEER_TO_OUTSIDE);
    }

    private Leg bridgeLeg() {
        return home.dialling().leg(channel.role());
    }

    @Override
    public void onBridgeFailed(String why) {
        home.health().onFault(Leg.OUTSIDE_TO_PEER, why);
        if (home.channels().anyEstablished()) {
            home.oneWay().onDialFailed(why);
        }
        if (life.state() == ChannelState.BRIDGING) {
            channel.codecs().onNoBridge();
        }
        if (life.isIn(ChannelState.BRIDGING, ChannelState.RESUMING, ChannelState.CLOSE_PENDING)) {
            life.on(new BridgeFailed(why));
        }
    }

    @Override
    public void onBridgeLost(String why) {
        if (!channel.isEnding()) {
            home.health().onFault(bridgeLeg(), why);
        }
        switch (life.state()) {
            case BRIDGED, WAITING, CONNECTING -> {
                if (channel.session() != null) {
                    channel.end().stop("the bridge broke: " + why);
                } else {
                    life.on(new BridgeLost(why));
                    release();
                    channel.codecs().onNoBridge();
                    home.inside().onUnbridged(channel);
                }
            }
            case ESTABLISHED -> {
                life.on(new BridgeLost(why));
                home.channels().onLineSuspect();
                channel.end().awaitBridge();
                channel.inquiry().begin();
            }
            case CLOSE_PENDING -> {
                life.on(new BridgeLost(why));
                channel.inquiry().begin();
            }
            case STOPPING, STOPPED -> channel.end().onBridgeLost("the bridge broke: " + why);
            default -> channel.end().stop("the bridge broke: " + why);
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
        channel.session().rewind(hello);
    }

    @Override
    public void onBridgeResumed(Hello hello) {
        channel.codecs().onResumed(hello);
        onBridgeGood(hello);
        onBridgeAgain("over %s, from position %d".formatted(bridge.carrier().peerAddress(), hello.receivedPosition()));
        channel.session().resume();
    }

    private void onBridgeAgain(String how) {
        channel.end().onBridgeAgain();
        home.health().onGood(bridgeLeg());
        if (life.isIn(ChannelState.RESUMING, ChannelState.CLOSE_PENDING)) {
            life.on(new Resumed(how));
        }
        home.channels().onBridge();
    }

    @Override
    public void onBridgeOver(String why) {
        channel.end().onPeerGone(why);
    }

    @Override
    public void onRoundTrip(long roundTripNs) {
        if (isLight()) {
            home.health().onLightRoundTrip(roundTripNs);
        }
    }

    @Override
    public boolean wantsRoundTrip() {
        return isLight() && home.health().asksRoundTrip(channel.loop().nowNs());
    }

    /** Whether the link carries no data, so that its round trips are the line's. */
    private boolean isLight() {
        return life.type() != ChannelType.DATA;
    }

    @Override
    public void onBridgeGone() {
        channel.end().finish();
    }

    @Override
    public void onEarlyRecord(RecordType record, ByteBuffer memory, int offset) throws PeerViolation {
        if (record == RecordType.TYPE && life.state() == ChannelState.CONNECTING && channel.session() == null) {
            channel.opening().onFarDrbd(Payloads.readType(memory, offset));
        } else if (!channel.codecs().onRecord(record, memory, offset)
                && !channel.inquiry().onRecord(record, memory, offset)) {
            throw new PeerViolation("unexpected record: type=%s, state=%s"
                    .formatted(record, life.state().label()));
        }
    }

    // ---- in session

    @Override
    public void onDataWritten(int bytes) {
        if (channel.session() != null) {
            channel.session().onDataWritten(bytes);
        }
    }

    @Override
    public void onLinkProgress() {
        if (channel.session() != null) {
            channel.session().pump();
        } else {
            channel.codecs().pump();
        }
    }
}
