/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.text.AddressText;
import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Listener;
import io.forebay.api.transport.Loop;
import java.io.IOException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The inside address of a relay: reads the first packet of each DRBD that dials in, and gives it to an acceptor that waits for
 * one, if possible of its type. Who waits for whom belongs to the relay's control loop; opened and closed on any other thread.
 */
final class InsidePort implements Newcomer.Owner {

    /** How long a DRBD that dialled in waits for a bridge; within half a second it must be let go (rule R6, section 1.5). */
    private static final long BRIDGE_WAIT_NS = 400_000_000L;

    /** Who dialled in and has no channel; more are closed at once. */
    private static final int NEWCOMERS_MAX = 64;

    private static final Set<ChannelState> DRAINING = EnumSet.of(ChannelState.CLOSE_PENDING);

    private final ChannelHome home;
    private final Loop control;
    private final Set<Channel> waiting = new LinkedHashSet<>();

    /** Those that no channel takes yet. */
    private final Set<Newcomer> newcomers = new HashSet<>();

    /** Those that were ready before there was a bridge, and when they are let go. */
    private final Map<Newcomer, Loop.Timer> pending = new LinkedHashMap<>();

    private Listener listener;
    private volatile boolean closed;

    InsidePort(ChannelHome home, Loop control) {
        this.home = home;
        this.control = control;
    }

    /** Listens, unless it does or was closed. */
    synchronized void open() throws IOException {
        if (listener == null && !closed) {
            listener = home.transport().listen(home.settings().addresses().inside(), control, this::onDrbdDialled);
        }
    }

    synchronized boolean isOpen() {
        return listener != null;
    }

    /** Listens no more. */
    synchronized void close() {
        closed = true;
        if (listener != null) {
            listener.close();
        }
    }

    private void onDrbdDialled(Accepted drbd) {
        home.channels().each(DRAINING, channel -> channel.end().onDrbdDialled());
        if (closed || newcomers.size() >= NEWCOMERS_MAX) {
            drbd.close();
        } else {
            newcomers.add(Newcomer.admit(drbd, home.settings().line(), control, this));
        }
    }

    @Override
    public void onReady(Newcomer drbd) {
        Optional<Channel> channel = best(waiting, Channel::standbyType, drbd.type());
        if (closed) {
            drbd.letGo();
        } else if (channel.isPresent()) {
            waiting.remove(channel.get());
            newcomers.remove(drbd);
            drbd.bringTo(channel.get());
        } else {
            newcomers.add(drbd);
            pending.put(drbd, control.schedule(() -> letWaitNoLonger(drbd), BRIDGE_WAIT_NS));
        }
    }

    /** The oldest that is of this type, or else the oldest: better a channel that stands by for the other type than none. */
    private static <T> Optional<T> best(Collection<T> those, Function<T, ChannelType> typeOf, ChannelType type) {
        return those.stream()
                .filter(one -> typeOf.apply(one) == type)
                .findFirst()
                .or(() -> those.stream().findFirst());
    }

    @Override
    public void onGone(Newcomer drbd, String why) {
        control.execute(() -> forget(drbd));
        if (!why.isEmpty()) {
            home.surroundings().events().onSentence(home.settings().name(), why);
        }
    }

    private void forget(Newcomer drbd) {
        newcomers.remove(drbd);
        Loop.Timer timer = pending.remove(drbd);
        if (timer != null) {
            timer.cancel();
        }
    }

    /** A DRBD was brought to a channel that cannot take it; it needs another. Any thread. */
    void onNotTaken(Newcomer drbd) {
        control.execute(() -> onReady(drbd));
    }

    /** An acceptor is waiting for its DRBD. Any thread. */
    void onWaiting(Channel channel) {
        control.execute(() -> {
            waiting.add(channel);
            best(pending.keySet(), Newcomer::type, channel.standbyType()).ifPresent(drbd -> {
                forget(drbd);
                onReady(drbd);
            });
        });
    }

    /** An acceptor that was waiting has lost its bridge. Any thread. */
    void onUnbridged(Channel channel) {
        control.execute(() -> remove(channel));
    }

    /** The channel does not wait any more. On the control loop. */
    void remove(Channel channel) {
        waiting.remove(channel);
    }

    private void letWaitNoLonger(Newcomer drbd) {
        forget(drbd);
        drbd.letGo();
        home.surroundings().events().onSentence(home.settings().name(), whyLetGo());
    }

    private String whyLetGo() {
        String lack = home.lackOfMemory();
        return lack.isEmpty()
                ? "let the local DRBD go because no bridge to %s stands: see that the peer Forebay runs and can be reached"
                        .formatted(AddressText.of(home.settings().addresses().peer()))
                : "let the local DRBD go because there is no memory for it: " + lack;
    }

    /** Lets all go that no channel has taken. On the control loop. */
    void letAllGo() {
        newcomers.forEach(Newcomer::letGo);
        pending.values().forEach(Loop.Timer::cancel);
        newcomers.clear();
        pending.clear();
    }
}
