/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.Leg;
import io.forebay.api.state.ChannelEvent.DrbdAccepted;
import io.forebay.api.state.ChannelEvent.DrbdReached;
import io.forebay.api.state.ChannelEvent.Established;
import io.forebay.api.state.ChannelEvent.TypeKnown;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.text.AddressText;
import io.forebay.api.transport.Loop;
import io.forebay.engine.Payloads.End;
import io.forebay.engine.RelayMemory.Account;
import java.nio.ByteBuffer;

/**
 * How the session of a channel begins: a DRBD dials the acceptor at its site, says by its first packet of which type the
 * connection is, and the connector at the other site dials the other DRBD. Owned by the channel's loop.
 */
final class SessionOpening implements Session.Opening {

    /**
     * A DRBD that is just starting may have dialled, too, before it takes this connection. It looks after its own one when it
     * has read the first packet of the other, so that one must be closed by then, or it settles by chance and may wait for
     * connect-int. So the first packet of data comes one round trip later, but at most this.
     */
    private static final long FIRST_PACKET_LATER_MAX_NS = 120_000_000L;

    private final Channel channel;
    private final ChannelLife life;
    private final ChannelHome home;
    private final Bridge bridge;
    private final Loop loop;

    SessionOpening(Channel channel, ChannelLife life, ChannelHome home, Bridge bridge) {
        this.channel = channel;
        this.life = life;
        this.home = home;
        this.bridge = bridge;
        this.loop = channel.loop();
    }

    // ---- acceptor

    /** The local DRBD dialled in. */
    void takeDrbd(Newcomer drbd) {
        boolean ready = life.state() == ChannelState.WAITING && bridge.carrier().isOpen();
        if (ready && drbd.isGone()) {
            home.inside().onWaiting(channel);
        } else if (ready) {
            home.health().onGood(Leg.DRBD_TO_INSIDE);
            life.on(new DrbdAccepted("from " + drbd.address()));
            drbd.giveTo(newSession());
            onFirstPacket(drbd.type(), drbd.first());
        } else if (!drbd.isGone()) {
            home.inside().onNotTaken(drbd);
        }
    }

    private void onFirstPacket(ChannelType type, ByteBuffer first) {
        life.type(type);
        if (home.drbdSessions().crossing(channel) != null) {
            channel.end().stop("crossed: the far DRBD's %s connection was here first".formatted(word(type)));
            return;
        }
        Account account = openAccount();
        if (account == null) {
            channel.end().stop(noMemory());
            return;
        }
        life.on(new TypeKnown(type, "the peer dials the far DRBD"));
        bridge.carrier().writeControl(RecordType.TYPE, 0, Payloads.type(type));
        begin(account);
        channel.session().transmitFirst(first);
        channel.session().openToDrbd();
        home.channels().onInUse();
    }

    /** The peer has reached the far DRBD; {@code false} if that cannot be at this time. */
    boolean onFarDrbdReached() {
        if (life.role() != ChannelRole.ACCEPTOR) {
            return false;
        }
        if (life.state() == ChannelState.ESTABLISHING) {
            home.health().onGood(Leg.FAR_INSIDE_TO_FAR_DRBD);
            onEstablished("the peer has reached the far DRBD");
            return true;
        }
        return channel.isEnding(); // the local DRBD may have left since the peer dialled
    }

    /** The peer cannot reach the far DRBD. */
    void onFarDrbdUnreachable(String why) {
        home.health().onFault(Leg.FAR_INSIDE_TO_FAR_DRBD, why);
        loop.execute(() -> channel.end().stop("the far DRBD cannot be reached: " + why));
    }

    // ---- connector

    /** The far DRBD dialled the peer. */
    void onFarDrbd(ChannelType type) {
        life.type(type);
        home.health().onGood(Leg.FAR_DRBD_TO_FAR_INSIDE);
        life.on(new TypeKnown(
                type, "dialling " + AddressText.of(home.settings().addresses().drbd())));
        home.channels().onInUse();
        Account account = openAccount();
        if (account == null) {
            onDrbdUnreachable(noMemory());
            return;
        }
        newSession();
        begin(account);
        Channel crossed = home.drbdSessions().crossing(channel);
        if (crossed == null) {
            dialDrbd();
        } else if (winsOver(crossed)) {
            // DRBD takes a new connection without complaint only when it finds its own one closed.
            crossed.loop().execute(() -> {
                crossed.end().stop("crossed: the far DRBD's %s connection wins".formatted(word(type)));
                loop.execute(this::dialDrbd);
            });
        } else {
            channel.end().stop("crossed: the local DRBD's %s connection wins".formatted(word(type)));
        }
    }

    /** Both sites know both sessions' ids, so both come to the same end. */
    private boolean winsOver(Channel crossed) {
        return channel.sessionId().compareTo(crossed.sessionId()) < 0;
    }

    private static String word(ChannelType type) {
        return type == ChannelType.DATA ? "data" : "meta";
    }

    private void dialDrbd() {
        if (!channel.hasEnded()) {
            channel.session().dial(home.transport(), home.settings());
        }
    }

    @Override
    public void onDrbdReached() {
        if (life.role() == ChannelRole.ACCEPTOR || life.state() != ChannelState.CONNECTING) {
            return;
        }
        home.health().onGood(Leg.INSIDE_TO_DRBD);
        String where = "at " + AddressText.of(home.settings().addresses().drbd());
        life.on(new DrbdReached(where));
        bridge.carrier().writeControl(RecordType.ESTABLISHED, 0, Payloads.EMPTY);
        onEstablished("the local DRBD is reached " + where);
        Session session = channel.session();
        if (life.type() == ChannelType.DATA && !channel.drbdSession().isNegotiating()) {
            loop.schedule(
                    session::openToDrbd,
                    Math.min(FIRST_PACKET_LATER_MAX_NS, home.health().roundTripNs()));
        } else {
            session.openToDrbd();
        }
    }

    @Override
    public void onDrbdUnreachable(String why) {
        home.health().onFault(Leg.INSIDE_TO_DRBD, why);
        bridge.carrier().writeControl(RecordType.CLOSE, 0, Payloads.end(End.UNREACHABLE, why));
        channel.end().stop("dial-failed: " + why);
    }

    // ---- both

    private Session newSession() {
        Session session = new Session(channel, this, channel.end(), loop, bridge);
        channel.session(session);
        return session;
    }

    private Account openAccount() {
        return home.memory().open(life.type(), loop, () -> channel.session().onMemoryFree());
    }

    private String noMemory() {
        String lack = home.lackOfMemory();
        return !lack.isEmpty() ? lack : full();
    }

    private String full() {
        return "no memory for one more channel, memlimit %d is full or too small: raise memlimit of relay %s in %s, or let DRBD dial again"
                .formatted(
                        home.settings().memlimitBytes(),
                        home.settings().name(),
                        home.settings().source());
    }

    private void begin(Account account) {
        DrbdSession drbdSession = home.drbdSessions().join(channel, life.type());
        channel.drbdSession(drbdSession);
        channel.session()
                .begin(
                        life.type(),
                        life.role(),
                        account,
                        home,
                        drbdSession,
                        channel.bridging().peer(),
                        channel.codecs().peer());
    }

    private void onEstablished(String how) {
        life.on(new Established(how));
        home.channels().onEstablished(channel);
    }
}
