/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

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
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Two ends to be connected over real sockets of this machine by the transport under test, and the proof that nothing is left. */
@Timeout(120)
abstract class TransportRig {

    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(30);

    static final int DIAL_TIMEOUT_MS = 20_000;

    private static ProcessMeter meter;

    final long seed = Long.getLong("forebay.seed", System.nanoTime());
    final StreamPattern fromDialler = new StreamPattern(seed);
    final StreamPattern fromAcceptor = new StreamPattern(~seed);
    private final Queue<ConnectionProbe> probes = new ConcurrentLinkedQueue<>();
    final List<Listener> listeners = new ArrayList<>();
    Transport transport;
    ConnectionProbe dialler;
    ConnectionProbe acceptor;
    SocketOptions options = SocketOptions.SYSTEM;

    /** Whether a connection goes on in one direction when the other has ended. */
    protected boolean halfCloses() {
        return true;
    }

    /** A transport with this many loops. */
    protected abstract Transport newTransport(int loops);

    /** Stops it and waits until it has stopped. */
    protected abstract void stop(Transport stopped);

    @BeforeEach
    void begin() {
        System.out.println("forebay.seed=" + seed);
        transport = newTransport(3);
        dialler = probe(0, fromDialler, fromAcceptor);
        acceptor = probe(1, fromAcceptor, fromDialler);
    }

    @AfterEach
    void everythingEnds() {
        System.out.println("probes=" + probes);
        stop(transport);
        probes.forEach(probe -> {
            probe.assertFaultless();
            assertThat(probe.isOpen()).as("every open connection was closed").isEqualTo(probe.isClosed());
        });
    }

    @BeforeAll
    static void countThreads() {
        meter = new ProcessMeter();
    }

    @AfterAll
    static void noThreadIsLeft() {
        await("no thread left: " + meter.newThreads(), () -> meter.newThreads().isEmpty());
    }

    // ---- tools

    ConnectionProbe probe(int loop, StreamPattern outgoing, StreamPattern incoming) {
        ConnectionProbe probe = new ConnectionProbe(loop(loop), outgoing, incoming);
        probes.add(probe);
        return probe;
    }

    Loop loop(int index) {
        return transport.loops().get(index);
    }

    Listener listen(int loop, ListenerHandler handler) throws IOException {
        Listener listener = transport.listen(LoopbackPorts.address(0), loop(loop), handler);
        listeners.add(listener);
        return listener;
    }

    Dial dial(ConnectionProbe probe, InetSocketAddress local, InetSocketAddress remote, int timeoutMs) {
        return transport.dial(local, remote, timeoutMs, options, probe.loop(), probe);
    }

    void connect() throws IOException {
        connect(dialler, acceptor);
    }

    void connect(ConnectionProbe from, ConnectionProbe to) throws IOException {
        connect(from, to, 2);
    }

    void connect(ConnectionProbe from, ConnectionProbe to, int listenersLoop) throws IOException {
        Listener listener = listen(listenersLoop, accepted -> accepted.start(to.loop(), options, to));
        dial(from, null, listener.address(), DIAL_TIMEOUT_MS);
        awaitOpen(from, to);
    }

    void awaitOpen(ConnectionProbe from, ConnectionProbe to) {
        await("both are open", () -> from.isOpen() && to.isOpen());
    }

    void closeBoth() {
        dialler.run(() -> dialler.connection().close());
        acceptor.run(() -> acceptor.connection().close());
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        assertThat(dialler.closeCause()).isNull();
        assertThat(acceptor.closeCause()).isNull();
    }

    static void reset(ConnectionProbe probe) {
        probe.run(() -> probe.connection().reset());
    }

    /** Waits until the dialler has begun to write and then has written nothing for a while. */
    void awaitStandstill() {
        long[] last = {-1, System.nanoTime()};
        await("standstill", () -> {
            if (dialler.writtenBytes() != last[0]) {
                last[0] = dialler.writtenBytes();
                last[1] = System.nanoTime();
            }
            return last[0] > 0 && System.nanoTime() - last[1] > TimeUnit.MILLISECONDS.toNanos(150);
        });
    }

    static Supplier<ByteBuffer> direct(int bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
        return buffer::clear;
    }

    /** Pieces of direct and heap memory, from 1 byte to 128 KiB. */
    static Supplier<ByteBuffer> randomTargets(Random random) {
        ByteBuffer direct = ByteBuffer.allocateDirect(128 * 1024);
        ByteBuffer heap = ByteBuffer.allocate(128 * 1024);
        return () -> {
            ByteBuffer memory = random.nextBoolean() ? direct : heap;
            int from = random.nextInt(1 << random.nextInt(17));
            int bytes = 1 + random.nextInt(Math.min(memory.capacity() - from, 1 << (4 + random.nextInt(13))));
            return memory.clear().position(from).limit(from + bytes);
        };
    }

    static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                fail("not reached: %s", what);
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
