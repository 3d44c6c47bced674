/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Loop;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The channels of a relay: as many stand by as must, and what one of them finds the others are told. Each belongs to its own
 * loop, so it is told by a task there. Thread-safe.
 */
final class RelayChannels {

    /** Bridges that the peer may have in reserve here. */
    static final int RESERVE_MAX = 8;

    /**
     * For what channels of a role stand by where this site dials: one for each type, so that DRBD may dial both its
     * connections at once.
     */
    private static final Set<ChannelType> STANDBY = EnumSet.of(ChannelType.DATA, ChannelType.META);

    /** Where the peer dials; its links bring forth as many more as it needs. */
    private static final Set<ChannelType> STANDBY_DIALLED = EnumSet.of(ChannelType.DATA);

    /** How long after it was established a connection of DRBD is looked at again. */
    private static final long SETTLED_NS = 5_000_000_000L;

    private static final long REPLACE_NS = 100_000_000L;

    /** In these a channel may be waiting for the line. */
    private static final Set<ChannelState> UNBRIDGED = EnumSet.complementOf(LinkAdmission.BRIDGED);

    private final Engine engine;
    private final ChannelHome home;
    private final Loop control;
    private final Map<Long, Channel> channels = new ConcurrentHashMap<>();
    private volatile boolean closed;

    RelayChannels(Engine engine, ChannelHome home, Loop control) {
        this.engine = engine;
        this.home = home;
        this.control = control;
    }

    Collection<Channel> all() {
        return channels.values();
    }

    boolean isEmpty() {
        return channels.isEmpty();
    }

    /** Does something with each channel, on its loop. */
    void each(Consumer<Channel> what) {
        each(EnumSet.allOf(ChannelState.class), what);
    }

    /** Does something with each channel that is in one of these states: with hundreds of channels, all would be many. */
    void each(Set<ChannelState> states, Consumer<Channel> what) {
        channels.values().stream()
                .filter(channel -> states.contains(channel.state()))
                .forEach(channel -> channel.loop().execute(() -> what.accept(channel)));
    }

    // ---- in stock

    /** There is memory: those that were made before begin. */
    synchronized void start() {
        each(Channel::start);
    }

    /** There is no memory: those that stand by stop, and their successors wait for it. Sessions go on. */
    synchronized void await(String why) {
        each(channel -> {
            if (channel.state() == ChannelState.ALLOCATING) {
                channel.onNoMemory(why);
            } else if (channel.isStandby() && channel.state() != ChannelState.STOPPED) {
                channel.end().stop(why);
            }
        });
    }

    /** Makes as many channels stand by as must. */
    synchronized void replenish() {
        for (ChannelRole role : ChannelRole.values()) {
            for (ChannelType type : home.dialling().dials(role) ? STANDBY : STANDBY_DIALLED) {
                if (!closed && !standsBy(role, type)) {
                    add(role, type, home.lackOfMemory());
                }
            }
        }
    }

    private boolean standsBy(ChannelRole role, ChannelType type) {
        return channels.values().stream()
                .anyMatch(channel -> channel.role() == role && channel.standbyType() == type && channel.isStandby());
    }

    /** With why it must wait for memory, empty if there is some. */
    private Channel add(ChannelRole role, ChannelType standbyType, String lack) {
        Channel channel = new Channel(
                engine.nextChannel(),
                role,
                standbyType,
                !lack.isEmpty() ? ChannelState.ALLOCATING : ChannelState.STOPPED,
                home,
                engine.loops().next(standbyType));
        channels.put(channel.id(), channel);
        channel.loop().execute(lack.isEmpty() ? channel::start : () -> channel.onNoMemory(lack));
        return channel;
    }

    /**
     * A channel that lacks a bridge, for a link that came and is to be for a connection of this type; {@code null} if there
     * are enough that have one.
     */
    synchronized Channel reserve(ChannelRole role, ChannelType standbyType) {
        long reserve = channels.values().stream()
                .filter(channel -> channel.role() == role && isBridgedStandby(channel))
                .count();
        if (reserve >= RESERVE_MAX) {
            return null;
        }
        for (Channel channel : channels.values()) {
            if (channel.role() == role
                    && channel.standbyType() == standbyType
                    && channel.bridging().claim()) {
                return channel;
            }
        }
        Channel channel = add(role, standbyType, "");
        channel.bridging().claimEarly();
        return channel;
    }

    private static boolean isBridgedStandby(Channel channel) {
        ChannelState state = channel.state();
        return channel.isStandby() && (state == ChannelState.WAITING || state == ChannelState.CONNECTING);
    }

    /** A DRBD has dialled: a channel is in use, and another must stand by. */
    void onInUse() {
        control.execute(this::replenish);
    }

    /** The channel has stopped for good; if it must be replaced, that has time. */
    void remove(Channel channel) {
        channels.remove(channel.id());
        control.schedule(this::replenish, REPLACE_NS);
    }

    /** No more are made. */
    void close() {
        closed = true;
    }

    // ---- what one finds

    /** The peer says another word on who dials. */
    void onPeerDialling() {
        each(Channel::onLineBack);
        control.execute(this::replenish);
    }

    /** This site says another word on who dials. */
    void onDialling() {
        each(Channel::onDialling);
        control.execute(this::replenish);
    }

    /** A channel has its bridge, or has it again: the line is there. */
    void onBridge() {
        each(UNBRIDGED, Channel::onLineBack);
    }

    /** A channel's bridge broke or fell silent: others may have, too. */
    void onLineSuspect() {
        each(Channel::onLineSuspect);
    }

    /** A channel is established: one of its type that was before it may be a dead node's. */
    void onEstablished(Channel channel) {
        List<Channel> older = channels.values().stream()
                .filter(other -> other != channel && other.type() == channel.type() && other.isEstablished())
                .toList();
        if (!older.isEmpty()) {
            control.schedule(() -> endOlder(older, channel), SETTLED_NS);
        }
    }

    /** DRBD has but one connection of each type: once its nodes talk over one, an older one is a dead node's. */
    private void endOlder(List<Channel> older, Channel channel) {
        if (channel.hasEnded() || !channel.drbdSession().isTalkingOver(channel)) {
            return;
        }
        older.stream()
                .filter(Channel::isEstablished)
                .forEach(other ->
                        other.loop().execute(() -> other.end().stop("the nodes talk over a newer connection")));
    }

    /** Whether the line is known to stand: the bridge of a channel that is established is looked after closely. */
    boolean anyEstablished() {
        return channels.values().stream().anyMatch(channel -> channel.state() == ChannelState.ESTABLISHED);
    }

    // ---- by session

    /** The channel of a role that has a session; {@code null} if there is none. */
    Channel inSession(ChannelRole role, UUID session) {
        return channels.values().stream()
                .filter(channel -> channel.role() == role && session.equals(channel.sessionId()))
                .findFirst()
                .orElse(null);
    }

    /** Asks the peer, over a link that stands by, whether it still has a channel's session. */
    void ask(Channel channel) {
        channels.values().stream()
                .filter(RelayChannels::isBridgedStandby)
                .findFirst()
                .ifPresent(other -> other.loop().execute(() -> other.inquiry().ask(channel.sessionId())));
    }

    /** Whether there is a channel of this session that has not ended. */
    boolean knows(UUID session) {
        return channels.values().stream()
                .anyMatch(channel -> session.equals(channel.sessionId()) && !channel.hasEnded());
    }

    /** The peer does not know a session. */
    void onUnknown(UUID session) {
        channels.values().stream()
                .filter(channel -> session.equals(channel.sessionId()))
                .forEach(channel -> channel.loop()
                        .execute(() -> channel.end().onPeerGone("the peer does not know the session any more")));
    }
}
