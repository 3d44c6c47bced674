/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelEvent.Closed;
import io.forebay.api.state.ChannelEvent.Closing;
import io.forebay.api.state.ChannelEvent.Drained;
import io.forebay.api.state.ChannelEvent.Stop;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Loop;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The end of a channel: what is still delivered, for how long, and that everything comes home before it has stopped. Owned
 * by the channel's loop; whether it has begun may be read on any thread.
 */
final class ChannelEnd implements Session.Ending {

    /** A reset drops what the system has not sent yet, so it comes this much later than the last byte. */
    private static final long RESET_LATER_NS = 200_000_000L;

    /** How long the far DRBD may take to close its half after all was delivered to it. */
    private static final long HALF_CLOSED_NS = 30_000_000_000L;

    /** How long workers are waited for after the end: far longer than a block takes, so a codec that is not back by then hangs. */
    private static final long WORKERS_NS = 10_000_000_000L;

    private final Channel channel;
    private final ChannelLife life;
    private final ChannelHome home;
    private final Bridge bridge;
    private final Loop loop;
    private Loop.Timer timer;
    private Loop.Timer resumeTimer;
    private Loop.Timer workersTimer;
    private String leftBehind = "";
    private boolean peerGone;
    private volatile boolean begun;

    ChannelEnd(Channel channel, ChannelLife life, ChannelHome home, Bridge bridge) {
        this.channel = channel;
        this.life = life;
        this.home = home;
        this.bridge = bridge;
        this.loop = channel.loop();
    }

    /** Whether nothing more goes either way, but what the sockets have taken. Any thread. */
    boolean hasBegun() {
        return begun;
    }

    /** Whether it is over, or what is left is only delivered any more. Any thread. */
    boolean isNear() {
        return begun || life.isIn(ChannelState.CLOSE_PENDING, ChannelState.STOPPING);
    }

    // ---- what leads to it

    /** The bridge broke in session: the peer counts as gone unless there is another soon. */
    void awaitBridge() {
        resumeTimer = loop.schedule(
                () -> onPeerGone("the bridge could not be rebuilt within resume-timeout"),
                home.settings().timeouts().resumeMs() * 1_000_000L);
    }

    /** The bridge stands again. */
    void onBridgeAgain() {
        if (resumeTimer != null) {
            resumeTimer.cancel();
            resumeTimer = null;
        }
    }

    @Override
    public void onEnding(String why) {
        long backlog = channel.session().backlogBytes();
        if (life.isIn(
                ChannelState.CONNECTED,
                ChannelState.CONNECTING,
                ChannelState.ESTABLISHING,
                ChannelState.ESTABLISHED,
                ChannelState.RESUMING)) {
            boolean bridgeBroken = life.state() == ChannelState.RESUMING;
            life.on(new Closing(backlog, why));
            if (life.state() == ChannelState.CLOSE_PENDING) {
                drain();
            } else if (bridgeBroken || peerGone) {
                cancelTimers();
                loop.execute(() -> begin(why, false));
            } else {
                timer = loop.schedule(() -> stop("the far DRBD kept its half open"), HALF_CLOSED_NS);
            }
        }
    }

    /** The local DRBD dials again, so what its last session left is worth nothing any more. */
    void onDrbdDialled() {
        if (life.state() == ChannelState.CLOSE_PENDING && channel.session().isEndedLocally()) {
            stop("the local DRBD dialled again");
        }
    }

    /**
     * The peer has ended the session, or is lost for good: what it sent still goes to the local DRBD. Meta waits for the end
     * of data, which may have to deliver, or even go on; without meta DRBD would not take it any more.
     */
    void onPeerGone(String why) {
        if (begun || peerGone) {
            return;
        }
        peerGone = true;
        if (life.type() == ChannelType.META
                && life.wasEstablished()
                && channel.drbdSession().isDataAlive(channel)) {
            drain();
            bridge.end(why);
            return;
        }
        Session session = channel.session();
        long undelivered = session == null ? 0 : session.undeliveredBytes();
        if (undelivered == 0
                || !life.isIn(ChannelState.ESTABLISHED, ChannelState.RESUMING, ChannelState.CLOSE_PENDING)) {
            stop(why);
            return;
        }
        if (life.state() != ChannelState.CLOSE_PENDING) {
            life.on(new Closing(undelivered, why));
        }
        drain();
        bridge.end(why);
        session.onPeerGone();
    }

    /** The data channel of its session has ended; meta may have waited for that. */
    void onDataEnded() {
        if (peerGone) {
            stop(life.reason());
        }
    }

    private void drain() {
        cancelTimers();
        timer = loop.schedule(
                () -> stop("not drained within drain-timeout"),
                home.settings().timeouts().drainMs() * 1_000_000L);
    }

    @Override
    public void onComplete() {
        if (channel.session().isPeerGone()) {
            String why = "what the peer had sent is delivered; " + life.reason();
            cancelTimers();
            timer = loop.schedule(() -> stop(why), RESET_LATER_NS);
        } else if (channel.session().unconfirmedBytes() > 0) {
            cancelTimers();
            timer = loop.schedule(this::complete, RESET_LATER_NS);
        } else {
            if (life.state() == ChannelState.CLOSE_PENDING) {
                life.on(new Drained("all was delivered"));
            }
            complete();
        }
    }

    /** The peer may not know yet that all was delivered, and cannot ask any more once the link is gone. */
    private void complete() {
        String why = "both ends closed";
        bridge.leave(why);
        begin(why, false);
    }

    // ---- the end itself

    /** Ends the channel before its time, and its partner with it: what the sockets have taken still goes out, nothing else. */
    void stop(String why) {
        if (!begun && channel.drbdSession() != null) {
            channel.drbdSession().onBroken(channel, why);
        }
        begin(why, false);
    }

    /** Ends the channel because its relay is taken down. */
    void takeDown() {
        begin("the relay is taken down", true);
    }

    /** The bridge broke, and without it nothing can complete an end that is near; its partner may still drain. */
    void onBridgeLost(String why) {
        begin(why, false);
    }

    private void begin(String why, boolean orderly) {
        if (begun) {
            return;
        }
        begun = true;
        cancelTimers();
        Session session = channel.session();
        long lost = life.wasEstablished() ? session.unconfirmedBytes() : 0;
        life.on(new Stop(lost == 0 ? why : "%s; %d bytes may not have reached the far DRBD".formatted(why, lost)));
        if (session != null) {
            session.closeInside(orderly || !life.wasEstablished());
            timer = loop.schedule(
                    session::resetInside, home.settings().timeouts().drainMs() * 1_000_000L);
            workersTimer = loop.schedule(this::giveUpWorkers, WORKERS_NS);
        }
        bridge.end(why);
        if (channel.drbdSession() != null && life.type() == ChannelType.DATA) {
            channel.drbdSession().onDataEnded(channel);
        }
        finish();
    }

    @Override
    public void onReleased() {
        finish();
    }

    /** A codec may never come back; its thread cannot be ended, so it keeps what it is at, and the channel ends without it. */
    private void giveUpWorkers() {
        List<PlugIn<?>> busy = channel.session().busy();
        if (!busy.isEmpty()) {
            leftBehind = "; given up: %s did not come back from a block, and keeps its memory until it does"
                    .formatted(busy.stream().map(PlugIn::toString).collect(Collectors.joining(", ")));
        }
        channel.session().giveUpWorkers();
        finish();
    }

    /** Completes an end that has begun, once everything has come home. */
    void finish() {
        Session session = channel.session();
        if (!begun
                || life.state() != ChannelState.STOPPING
                || !bridge.isGone()
                || session != null && !session.release()) {
            return;
        }
        cancelTimers();
        if (workersTimer != null) {
            workersTimer.cancel();
        }
        channel.codecs().onNoBridge();
        life.on(new Closed(life.reason() + leftBehind));
        home.onStopped(channel);
    }

    private void cancelTimers() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        onBridgeAgain();
    }
}
