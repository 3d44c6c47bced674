/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit.drbd;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Two stand-in DRBD nodes behind a relay each, which write to each other, check every byte, ping each other, and close their
 * connection when a ping is not answered for half a second. They dial until they are connected, and again when they have
 * lost each other. Thread-safe.
 */
public final class DrbdPair implements AutoCloseable {

    private static final long REDIAL_NS = 50_000_000L;
    private static final long FINISH_SECONDS = 60;

    private final Node a;
    private final Node b;
    private final long bytesPerSecond;
    private final ServerSocket listenerA;
    private final ServerSocket listenerB;
    private final AtomicLong streams;
    private final AtomicLong pings = new AtomicLong();
    private final List<String> losses = new CopyOnWriteArrayList<>();
    private final List<String> wrongs = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile long formerBytes;
    private volatile int connections;
    private volatile DrbdConnection connection;
    private volatile boolean closing;
    private volatile String lastRefusal = "never dialled";

    /** One node: where it listens, and where it dials its relay. */
    public record Node(InetSocketAddress own, InetSocketAddress inside) {}

    /**
     * Begins to dial.
     *
     * @param bytesPerSecond the most that each node writes, 0 for no limit
     * @param seed of what they write
     */
    public DrbdPair(Node a, Node b, long bytesPerSecond, long seed) throws IOException {
        this.a = a;
        this.b = b;
        this.bytesPerSecond = bytesPerSecond;
        streams = new AtomicLong(seed & 0xFFFF_FFFFFFFFL);
        listenerA = listen(a);
        listenerB = listen(b);
        thread = new Thread(this::connectAgainAndAgain, "drbd-pair");
        thread.setDaemon(true);
        thread.start();
    }

    private static ServerSocket listen(Node node) throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(node.own());
        return listener;
    }

    private void connectAgainAndAgain() {
        while (!closing) {
            DrbdConnection next = new DrbdConnection(stream(), stream(), pings);
            try {
                next.open(a, listenerA, b, listenerB);
            } catch (IOException e) {
                lastRefusal = e.toString();
                LockSupport.parkNanos(REDIAL_NS);
                continue;
            }
            connection = next;
            connections++;
            if (closing) {
                next.close();
            }
            awaitEnd(next);
        }
    }

    private WriteStream stream() {
        return new WriteStream(streams.incrementAndGet(), bytesPerSecond);
    }

    private void awaitEnd(DrbdConnection one) {
        try {
            one.await();
        } catch (InterruptedException e) {
            closing = true;
        }
        if (one.failure() instanceof WrongBytes) {
            wrongs.add(one.failure().getMessage());
        } else if (one.failure() != null && !closing) {
            losses.add(one.failure().getMessage());
        }
        formerBytes += one.checkedBytes();
        connection = null;
    }

    /** Bytes that arrived since the beginning, every one of them right. */
    public long carriedBytes() {
        DrbdConnection now = connection;
        return formerBytes + (now == null ? 0 : now.checkedBytes());
    }

    /** How often they found each other. */
    public int connections() {
        return connections;
    }

    /** Pings answered in time. */
    public long pings() {
        return pings.get();
    }

    /** Why each connection was lost. */
    public List<String> losses() {
        return List.copyOf(losses);
    }

    /** What a stream carried that was not sent in it; must be none, whatever happens. */
    public List<String> wrongs() {
        return List.copyOf(wrongs);
    }

    /**
     * Ends in good order: what was written still arrives.
     *
     * @throws AssertionError if not all arrived, or a wrong byte ever did
     */
    public void finish() throws InterruptedException {
        closing = true;
        DrbdConnection now = connection;
        if (now == null) {
            throw new AssertionError(
                    "not connected: losses=%s, wrongs=%s, last=%s".formatted(losses, wrongs, lastRefusal));
        }
        now.finish(System.nanoTime() + TimeUnit.SECONDS.toNanos(FINISH_SECONDS));
        close();
        if (now.failure() != null || !wrongs.isEmpty()) {
            throw new AssertionError("not all arrived: %s, wrongs=%s, %s".formatted(now, wrongs, now.failure()));
        }
    }

    @Override
    public void close() {
        closing = true;
        DrbdConnection now = connection;
        if (now != null) {
            now.close();
        }
        try {
            listenerA.close();
            listenerB.close();
            thread.join();
        } catch (IOException e) {
            // nothing is left to be done with it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "connections=%d, losses=%s, wrongs=%s, carriedBytes=%d, pings=%d, now=%s, last=%s"
                .formatted(connections, losses, wrongs, carriedBytes(), pings.get(), connection, lastRefusal);
    }
}
