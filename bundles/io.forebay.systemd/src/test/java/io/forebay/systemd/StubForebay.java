/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.systemd;

import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.Diagnosis;
import io.forebay.api.relay.Leg;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.PeerStatus;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.ChannelState;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.Listener;
import io.forebay.api.transport.ListenerHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.api.transport.Transport;
import io.forebay.testkit.StubRelays;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/** Relays and loops that do as a test wants; looks are counted, so that a test need not sleep. */
final class StubForebay implements Transport {
    private static final long DEADLINE_SECONDS = 10;

    private final StubLoop sound = new StubLoop();
    private final StubLoop loop = new StubLoop();
    private List<RelayStatus> relays = List.of();
    private boolean silent;
    private long looks;

    /** A relay that is healthy unless it has a problem, or a connection is missing. */
    static RelayStatus relay(String name, String problem, Optional<Leg> missing) {
        return relay(name, problem, missing, problem.isEmpty() && missing.isEmpty());
    }

    /** A relay whose channels are on their way. */
    static RelayStatus beginning(String name) {
        return relay(name, "", Optional.empty(), false);
    }

    private static RelayStatus relay(String name, String problem, Optional<Leg> missing, boolean healthy) {
        RelaySettings settings = new RelaySettings(
                name,
                name,
                new RelayAddresses(
                        new InetSocketAddress("10.0.0.1", 7789),
                        new InetSocketAddress("10.0.0.2", 7788),
                        new InetSocketAddress("192.0.2.1", 7790),
                        new InetSocketAddress("192.0.2.2", 7790)),
                16 << 20,
                "direct",
                CodecChoice.parse("zstd level 3"),
                PlugInTargets.ANY,
                RelayTimeouts.DEFAULT,
                LineSettings.DEFAULT,
                "a test");
        Diagnosis diagnosis = new Diagnosis(
                healthy ? ChannelState.ESTABLISHED : ChannelState.BRIDGING,
                healthy ? ChannelState.ESTABLISHED : ChannelState.WAITING,
                healthy,
                missing,
                "",
                "",
                Instant.EPOCH,
                "",
                "",
                "");
        return new RelayStatus(
                settings,
                problem,
                new RelayStatus.BabStatus("direct", 16 << 20, 0, 0, 1 << 17),
                List.of(),
                PeerStatus.UNKNOWN,
                List.of(),
                diagnosis);
    }

    synchronized void show(RelayStatus... status) {
        relays = List.of(status);
    }

    /** Whether the relays fail to tell their status. */
    synchronized void silence(boolean now) {
        silent = now;
    }

    /** Whether one of the two loops does nothing any more; what it was given meanwhile runs afterwards. */
    void hang(boolean now) {
        loop.hang(now);
    }

    /** Waits until so many further looks have begun. */
    synchronized void awaitLooks(int further) throws InterruptedException {
        long wanted = looks + further;
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (looks < wanted) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0) {
                throw new AssertionError("nobody looks: looks=" + looks + " (expected: " + wanted + ")");
            }
            wait(leftMs);
        }
    }

    Relays relays() {
        return new StubRelays(this::status);
    }

    private synchronized List<RelayStatus> status() {
        looks++;
        notifyAll();
        if (silent) {
            throw new IllegalStateException("no answer");
        }
        return relays;
    }

    @Override
    public List<Loop> loops() {
        return List.of(sound, loop);
    }

    @Override
    public String name() {
        return "stub";
    }

    @Override
    public Listener listen(InetSocketAddress address, Loop on, ListenerHandler handler) {
        throw new AssertionError("the watch only looks");
    }

    @Override
    public Dial dial(
            InetSocketAddress local,
            InetSocketAddress remote,
            int timeoutMs,
            SocketOptions options,
            Loop on,
            ConnectionHandler handler) {
        throw new AssertionError("the watch only looks");
    }

    /** Runs tasks at once, or, while it hangs, not at all. */
    private static final class StubLoop implements Loop {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private boolean hanging;

        synchronized void hang(boolean now) {
            hanging = now;
            while (!hanging && !waiting.isEmpty()) {
                waiting.remove().run();
            }
        }

        @Override
        public synchronized void execute(Runnable task) {
            waiting.add(task);
            hang(hanging);
        }

        @Override
        public boolean inLoop() {
            return false;
        }

        @Override
        public long nowNs() {
            return System.nanoTime();
        }

        @Override
        public Timer schedule(Runnable task, long delayNs) {
            throw new AssertionError("the watch keeps its own time");
        }
    }
}
