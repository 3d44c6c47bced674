/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.systemd;

import io.forebay.api.relay.Relays;
import io.forebay.api.transport.Transport;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at Forebay again and again, on a thread of its own, and tells the supervisor.
 *
 * <p>{@code READY=1} once the data path was seen alive; {@code STATUS=} whenever the line has changed;
 * {@code WATCHDOG=1} after each look that found the data path alive, which is: every loop of the transport has run a
 * task since the look before, and the relays have told their status. A look that hangs is a sign of life that is missing.
 */
final class ServiceWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceWatch.class);

    private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long FIRST_LOOKS_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long CLOSE_MS = 2_000;

    /** The supervisor's time for one sign of life is enough for this many looks, so one that comes late does no harm. */
    private static final int LOOKS_PER_WATCHDOG = 4;

    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final NotifySocket socket;
    private final Relays relays;
    private final LoopProbe probe;
    private final boolean watched;
    private final long lookNs;

    // On the loop.
    private String status = "";
    private boolean ready;
    private boolean failing;
    private boolean closed;

    private ServiceWatch(SupervisorRequest request, Relays relays, Transport transport) {
        this.relays = relays;
        probe = new LoopProbe(transport);
        watched = request.watchdogNs() > 0;
        lookNs = watched ? Math.min(LOOK_NS, request.watchdogNs() / LOOKS_PER_WATCHDOG) : LOOK_NS;
        group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("forebay-systemd", true), EpollIoHandler.newFactory());
        loop = group.next();
        socket = new NotifySocket(loop, request.socket());
        loop.execute(this::look);
    }

    /** Begins to look; {@code null} where Unix datagrams cannot be sent, because Java has none of its own. */
    static ServiceWatch start(SupervisorRequest request, Relays relays, Transport transport) {
        if (!Epoll.isAvailable()) {
            LOG.warn(
                    "The supervisor cannot be told that Forebay is ready, because Netty's native library is not there"
                            + " ({}): let its unit have Type=exec and no WatchdogSec.",
                    Epoll.unavailabilityCause().toString());
            return null;
        }
        return new ServiceWatch(request, relays, transport);
    }

    private void look() {
        if (closed) {
            return;
        }
        boolean alive = probe.look() & tellStatus();
        if (alive && !ready) {
            ready = true;
            socket.send("READY=1");
        }
        if (alive && watched) {
            socket.send("WATCHDOG=1");
        }
        loop.schedule(this::look, ready ? lookNs : Math.min(FIRST_LOOKS_NS, lookNs), TimeUnit.NANOSECONDS);
    }

    /** Whether the relays answered. */
    private boolean tellStatus() {
        String line;
        try {
            line = StatusLine.of(relays.status());
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.warn("The relays do not tell their status", e);
            }
            failing = true;
            return false;
        }
        failing = false;
        if (!line.equals(status)) {
            status = line;
            socket.send("STATUS=" + line);
        }
        return true;
    }

    /**
     * Ends the looking.
     *
     * @param farewell whether Forebay ends
     */
    void close(boolean farewell) {
        // First, because a loop that shuts down closes its sockets before it runs its tasks. A look that hangs must not
        // keep the framework from stopping.
        loop.submit(() -> end(farewell)).awaitUninterruptibly(CLOSE_MS);
        group.shutdownGracefully(0, CLOSE_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_MS);
    }

    private void end(boolean farewell) {
        closed = true;
        if (farewell) {
            socket.send("STOPPING=1\nSTATUS=stopping");
        }
        socket.close();
    }
}
