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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A network in memory, on one hand-driven loop: connections with delay, bandwidth, bounded socket buffers, reads of random
 * sizes, cuts and resets. Everything that happens follows from the seed.
 *
 * <p>The line between two hosts is found by the IPs of a connection's ends, whoever dialled.
 */
public final class SimulatedNetwork {

    /** What one line between two IPs is like. */
    public static final class Line {
        private long delayNs = 50_000;
        private long bytesPerSecond = 1L << 40;
        private boolean cut;
        private long flipAfterBytes = -1;
        private final Map<String, Long> freeAtNs = new HashMap<>();

        /** One-way delay. */
        public Line delayNs(long ns) {
            delayNs = ns;
            return this;
        }

        /** Bandwidth of each direction. */
        public Line bytesPerSecond(long rate) {
            bytesPerSecond = rate;
            return this;
        }

        /** While cut, nothing arrives and no dial succeeds; what is sent arrives after the cut. */
        public Line cut(boolean now) {
            cut = now;
            return this;
        }

        /** Flips one bit of the byte that comes after so many more, in either direction; below 0: of none. */
        public Line flipBitAfter(long bytes) {
            flipAfterBytes = bytes;
            return this;
        }

        void pass(ByteBuffer bytes, Random random) {
            if (flipAfterBytes >= 0 && flipAfterBytes < bytes.remaining()) {
                int at = bytes.position() + (int) flipAfterBytes;
                bytes.put(at, (byte) (bytes.get(at) ^ 1 << random.nextInt(8)));
                flipAfterBytes = -1;
            } else if (flipAfterBytes >= 0) {
                flipAfterBytes -= bytes.remaining();
            }
        }

        boolean isCut() {
            return cut;
        }

        /** When so many bytes, sent now, have arrived. */
        long arrivalNs(String direction, long nowNs, int bytes) {
            long start = Math.max(nowNs, freeAtNs.getOrDefault(direction, 0L));
            long end = start + (long) (bytes * 1e9 / bytesPerSecond);
            freeAtNs.put(direction, end);
            return end + delayNs;
        }
    }

    private static final long CUT_POLL_NS = 10_000_000;

    private final HandDrivenLoop loop;
    private final Random random;
    private final Map<InetSocketAddress, SimulatedListener> listeners = new HashMap<>();
    private final Map<String, Line> lines = new HashMap<>();
    private final List<SimulatedConnection> connections = new ArrayList<>();
    private int nextPort = 40_000;

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

    /** The line between two IPs; the same one in both directions. */
    public Line line(String oneIp, String otherIp) {
        String key = oneIp.compareTo(otherIp) < 0 ? oneIp + " " + otherIp : otherIp + " " + oneIp;
        return lines.computeIfAbsent(key, k -> new Line());
    }

    Line line(InetSocketAddress one, InetSocketAddress other) {
        return line(one.getAddress().getHostAddress(), other.getAddress().getHostAddress());
    }

    /** Runs an action when the line lets it through, {@code atNs} at the earliest. */
    void arrive(Line line, long atNs, Runnable action) {
        loop.schedule(
                () -> {
                    if (line.isCut()) {
                        arrive(line, loop.nowNs() + CUT_POLL_NS, action);
                    } else {
                        action.run();
                    }
                },
                atNs - loop.nowNs());
    }

    /** The open connections, each of their ends once. */
    public List<SimulatedConnection> connections() {
        return List.copyOf(connections);
    }

    /** Breaks everything that one host holds, as when its process is killed: peers see resets, its listeners are gone. */
    public void kill(SimulatedTransport host) {
        listeners.values().removeIf(listener -> listener.owner == host);
        connections().stream().filter(one -> one.owner() == host).forEach(SimulatedConnection::die);
    }

    void add(SimulatedConnection end) {
        connections.add(end);
    }

    void remove(SimulatedConnection end) {
        connections.remove(end);
    }

    /** A host's transport. */
    public SimulatedTransport host(String ip) {
        return new SimulatedTransport(ip);
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

    /** One host's view of the network. */
    public final class SimulatedTransport implements Transport {
        private final String ip;

        private SimulatedTransport(String ip) {
            this.ip = ip;
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
            return new SimulatedDial(this, new InetSocketAddress(from, nextPort++), remote, timeoutMs, handler);
        }
    }

    private final class SimulatedDial implements Dial {
        private boolean over;

        SimulatedDial(
                SimulatedTransport from,
                InetSocketAddress local,
                InetSocketAddress remote,
                int timeoutMs,
                ConnectionHandler handler) {
            Line line = line(local, remote);
            loop.schedule(
                    () -> end(() -> handler.onDialFailed(new IOException(remote + ": connection timed out"))),
                    timeoutMs * 1_000_000L);
            arrive(line, loop.nowNs() + line.delayNs, () -> {
                SimulatedListener listener = listeners.get(remote);
                if (over) {
                    return;
                }
                if (listener == null) {
                    arrive(
                            line,
                            loop.nowNs() + line.delayNs,
                            () -> end(() -> handler.onDialFailed(new IOException(remote + ": connection refused"))));
                    return;
                }
                SimulatedConnection near = new SimulatedConnection(SimulatedNetwork.this, from, line, local, remote);
                SimulatedConnection far =
                        new SimulatedConnection(SimulatedNetwork.this, listener.owner, line, remote, local);
                near.pair(far);
                listener.handler.onAccept(new SimulatedAccepted(far));
                arrive(line, loop.nowNs() + line.delayNs, () -> {
                    if (over) {
                        near.die();
                    } else {
                        end(() -> near.start(handler));
                    }
                });
            });
        }

        private void end(Runnable how) {
            if (!over) {
                over = true;
                how.run();
            }
        }

        @Override
        public void cancel() {
            over = true;
        }
    }

    private record SimulatedAccepted(SimulatedConnection connection) implements Accepted {
        @Override
        public InetSocketAddress remoteAddress() {
            return connection.remoteAddress();
        }

        @Override
        public void start(Loop on, SocketOptions options, ConnectionHandler handler) {
            connection.start(handler);
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
