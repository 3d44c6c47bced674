/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelState;
import io.forebay.api.text.AddressText;
import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Listener;
import io.forebay.api.transport.Loop;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Set;

/**
 * The inside address of a relay: gives each DRBD that dials in to an acceptor that waits for one. Who waits for whom belongs
 * to the relay's control loop; opened and closed on any other thread.
 */
final class InsidePort {

    /** How long a DRBD that dialled in waits for a bridge; within half a second it must be let go (rule R6, section 1.5). */
    private static final long BRIDGE_WAIT_NS = 400_000_000L;

    private static final Set<ChannelState> DRAINING = EnumSet.of(ChannelState.CLOSE_PENDING);

    private final ChannelHome home;
    private final Loop control;
    private final ArrayDeque<Channel> waiting = new ArrayDeque<>();
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private Listener listener;
    private volatile boolean closed;

    /** A DRBD that dialled in before there was a bridge. */
    private record Pending(Accepted drbd, Loop.Timer timer) {}

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
        give(drbd);
    }

    private void give(Accepted drbd) {
        Channel channel = waiting.poll();
        if (closed) {
            drbd.close();
        } else if (channel != null) {
            channel.loop().execute(() -> channel.opening().takeDrbd(drbd));
        } else {
            Loop.Timer timer = control.schedule(this::letOldestGo, BRIDGE_WAIT_NS);
            pending.add(new Pending(drbd, timer));
        }
    }

    /** A DRBD was given to a channel that cannot take it; it needs another. Any thread. */
    void onNotTaken(Accepted drbd) {
        control.execute(() -> give(drbd));
    }

    /** An acceptor is waiting for its DRBD. Any thread. */
    void onWaiting(Channel channel) {
        control.execute(() -> {
            waiting.add(channel);
            Pending oldest = pending.poll();
            if (oldest != null) {
                oldest.timer().cancel();
                give(oldest.drbd());
            }
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

    private void letOldestGo() {
        Pending oldest = pending.poll();
        if (oldest != null) {
            letGo(oldest);
            home.surroundings().events().onSentence(home.settings().name(), whyLetGo());
        }
    }

    private String whyLetGo() {
        String lack = home.lackOfMemory();
        return lack.isEmpty()
                ? "let the local DRBD go because no bridge to %s stands: see that the peer Forebay runs and can be reached"
                        .formatted(AddressText.of(home.settings().addresses().peer()))
                : "let the local DRBD go because there is no memory for it: " + lack;
    }

    /** Lets all go that wait for a bridge. On the control loop. */
    void letAllGo() {
        pending.forEach(this::letGo);
        pending.clear();
    }

    private void letGo(Pending one) {
        one.timer().cancel();
        one.drbd().close();
    }
}
