/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.Listener;
import io.forebay.api.transport.ListenerHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.api.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A network in memory, on one hand-driven loop: connections with delay, bandwidth, bounded socket buffers, reads of random
 * sizes, cuts and resets. Everything that happens follows from the seed.
 *
 * <p>The line between two hosts is found by the IPs of a connection's ends, whoever dialled. As in TCP, a dial that meets a
 * cut is tried again after 1, 2, 4 … seconds, and data after 200 ms (or two round trips), 400 ms …, each connection for
 * itself: after a cut a connection stays silent about as long again as the cut was. A reset is sent once; if it is lost, the
 * other end learns of it when it sends something.
 */
public final class SimulatedNetwork {

    private static final long SYN_AGAIN_NS = 1_000_000_000L;

    private final HandDrivenLoop loop;
    private final Random random;
    private final Map<InetSocketAddress, SimulatedListener> listeners = new HashMap<>();
    private final Map<String, SimulatedLine> lines = new HashMap<>();
    private final List<SimulatedConnection> connections = new ArrayList<>();
    private final List<SimulatedDial> dials = new ArrayList<>();
    private final Map<String, Integer> dialled = new HashMap<>();
    private int nextPort = 40_000;
    private boolean resetsUnread;

    public SimulatedNetwork(HandDrivenLoop loop, long seed) {
        this.loop = loop;
        this.random = new Random(seed);
    }

    public HandDrivenLoop loop() {
        return loop;
    }

    Random random() {
        return random;
    }

    /** Whether a close that leaves received bytes unread is a reset, as Linux does it, or still a FIN. */
    public SimulatedNetwork resetUnread(boolean reset) {
        resetsUnread = reset;
        return this;
    }

    boolean resetsUnread() {
        return resetsUnread;
    }

    /** The line between two IPs; the same one in both directions. */
    public SimulatedLine line(String oneIp, String otherIp) {
        String key = oneIp.compareTo(otherIp) < 0 ? oneIp + " " + otherIp : otherIp + " " + oneIp;
        return lines.computeIfAbsent(key, k -> new SimulatedLine(oneIp));
    }

    SimulatedLine line(InetSocketAddress one, InetSocketAddress other) {
        return line(one.getAddress().getHostAddress(), other.getAddress().getHostAddress());
    }

    /** The open connections, each of their ends once. */
    public List<SimulatedConnection> connections() {
        return List.copyOf(connections);
    }

    /** How many dials were ever made from an IP. */
    public int dialled(String ip) {
        return dialled.getOrDefault(ip, 0);
    }

    /** Breaks everything that one host holds, as when its process is killed: peers see resets, its listeners are gone. */
    public void kill(SimulatedTransport host) {
        listeners.values().removeIf(listener -> listener.owner == host);
        List.copyOf(dials).stream().filter(one -> one.from == host).forEach(SimulatedDial::cancel);
        connections().stream().filter(one -> one.owner() == host).forEach(SimulatedConnection::die);
    }

    void add(SimulatedConnection end) {
        connections.add(end);
    }

    void remove(SimulatedConnection end) {
        connections.remove(end);
    }

    /** Takes all that one host holds away, as when its power fails: nobody is told, and whoever asks later sees a reset. */
    public void powerOff(SimulatedTransport host) {
        listeners.values().removeIf(listener -> listener.owner == host);
        List.copyOf(dials).stream().filter(one -> one.from == host).forEach(SimulatedDial::cancel);
        connections().stream().filter(one -> one.owner() == host).forEach(SimulatedConnection::vanish);
    }

    /** A host's transport. */
    public SimulatedTransport host(String ip) {
        return new SimulatedTransport(ip, loop);
    }

    /** The transport of a process on a host; what it is told is told on {@code on}. */
    public SimulatedTransport host(String ip, Loop on) {
        return new SimulatedTransport(ip, on);
    }

    /** A handshake is complete: the listener takes the connection, if it is still there. */
    boolean accept(SimulatedConnection connection) {
        SimulatedListener listener = listeners.get(connection.localAddress());
        if (listener == null || listener.owner != connection.owner()) {
            return false;
        }
        listener.owner.loop.execute(() -> listener.handler.onAccept(new SimulatedAccepted(connection)));
        return true;
    }

    private final class SimulatedListener implements Listener {
        private final SimulatedTransport owner;
        private final InetSocketAddress address;
        private final ListenerHandler handler;

        SimulatedListener(SimulatedTransport owner, InetSocketAddress address, ListenerHandler handler) {
            this.owner = owner;
            this.address = address;
            this.handler = handler;
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }

        @Override
        public void close() {
            listeners.remove(address, this);
        }
    }

    /** One host's view of the network, or one process's. */
    public final class SimulatedTransport implements Transport {
        private final String ip;
        private final Loop loop;

        private SimulatedTransport(String ip, Loop loop) {
            this.ip = ip;
            this.loop = loop;
        }

        Loop loop() {
            return loop;
        }

        @Override
        public String name() {
            return "simulated";
        }

        @Override
        public List<Loop> loops() {
            return List.of(loop);
        }

        @Override
        public Listener listen(InetSocketAddress address, Loop on, ListenerHandler handler) throws IOException {
            if (listeners.containsKey(address)) {
                throw new IOException(address + ": address already in use");
            }
            SimulatedListener listener = new SimulatedListener(this, address, handler);
            listeners.put(address, listener);
            return listener;
        }

        @Override
        public Dial dial(
                InetSocketAddress local,
                InetSocketAddress remote,
                int timeoutMs,
                SocketOptions options,
                Loop on,
                ConnectionHandler handler) {
            String from = local == null ? ip : local.getAddress().getHostAddress();
            return new SimulatedDial(
                    this, new InetSocketAddress(from, nextPort++), remote, timeoutMs, options, handler);
        }
    }

    private final class SimulatedDial implements Dial {
        private final SimulatedTransport from;
        private final InetSocketAddress local;
        private final InetSocketAddress remote;
        private final SocketOptions options;
        private final ConnectionHandler handler;
        private final SimulatedLine line;
        private boolean over;
        private SimulatedConnection connection;

        SimulatedDial(
                SimulatedTransport from,
                InetSocketAddress local,
                InetSocketAddress remote,
                int timeoutMs,
                SocketOptions options,
                ConnectionHandler handler) {
            this.options = options;
            this.from = from;
            this.local = local;
            this.remote = remote;
            this.handler = handler;
            line = line(local, remote);
            dials.add(this);
            dialled.merge(local.getAddress().getHostAddress(), 1, Integer::sum);
            loop.schedule(() -> fail("connection timed out"), timeoutMs * 1_000_000L);
            loop.execute(() -> attempt(SYN_AGAIN_NS));
        }

        /** Sends a SYN; the next one follows if nothing has come back by then. */
        private void attempt(long nextNs) {
            if (over) {
                return;
            }
            loop.schedule(() -> attempt(2 * nextNs), nextNs);
            pass(local, () -> {
                SimulatedListener listener = listeners.get(remote);
                pass(remote, () -> {
                    if (listener == null) {
                        fail("connection refused");
                    } else {
                        open(listener.owner);
                    }
                });
            });
        }

        /** Runs an action when a packet has arrived, and not at all if it was lost. */
        private void pass(InetSocketAddress sender, Runnable action) {
            SimulatedLine.Direction direction = line.from(sender.getAddress().getHostAddress());
            if (direction.isCut()) {
                return;
            }
            loop.schedule(
                    () -> {
                        if (!direction.isCut() && !over) {
                            action.run();
                        }
                    },
                    line.arrivalNs(direction, loop.nowNs(), 0, random) - loop.nowNs());
        }

        private void open(SimulatedTransport to) {
            SimulatedConnection near = new SimulatedConnection(SimulatedNetwork.this, from, line, local, remote);
            near.pair(new SimulatedConnection(SimulatedNetwork.this, to, line, remote, local));
            end(() -> near.start(options, handler));
            connection = near;
            near.completeHandshake();
        }

        private void fail(String why) {
            end(() -> handler.onDialFailed(new IOException(remote + ": " + why)));
        }

        private void end(Runnable how) {
            if (!over) {
                cancel();
                how.run();
            }
        }

        @Override
        public void cancel() {
            over = true;
            dials.remove(this);
            if (connection != null) {
                connection.cancel();
            }
        }
    }

    private record SimulatedAccepted(SimulatedConnection connection) implements Accepted {
        @Override
        public InetSocketAddress remoteAddress() {
            return connection.remoteAddress();
        }

        @Override
        public void start(Loop on, SocketOptions options, ConnectionHandler handler) {
            connection.start(options, handler);
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
