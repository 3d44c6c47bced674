/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.relay.WanLinks;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.codec.zstd.ZstdCodec;
import io.forebay.state.TransitionTable;
import io.forebay.testkit.drbd.FreeAddresses;
import io.forebay.transport.NettyTransport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a limit lets on the wire, counted by a forwarder between two engines with real sockets. A forwarder that was not run
 * for a while counts later what came meanwhile, so a slice may have what the one before lacks. How even the pace is when
 * nothing else runs is shown by {@link LineSettingsTest}, in a time of its own.
 */
class BandwidthOnTheWireTest {

    private static final long SLICE_NS = 100_000_000;
    private static final int SLICES = 15;
    private static final int DEADLINE_S = 60;
    private static final int MEMLIMIT = 64 << 20;

    /** What a relay makes up for, the record that falls into one slice or the next, and what the kernel held back. */
    private static final double SLICE_MOST = 1.25;

    /** Heartbeats and confirmations of both links, in a slice. */
    private static final long CONTROL_BYTES = 3_000;

    private final Deque<AutoCloseable> closing = new ConcurrentLinkedDeque<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Forwards connections, and counts what goes towards the one who listens and what comes back. */
    private final class Forwarder {
        private final AtomicLong bytes = new AtomicLong();

        Forwarder(InetSocketAddress here, InetSocketAddress there) throws IOException {
            ServerSocket listener = new ServerSocket();
            listener.bind(here);
            closing.addLast(listener);
            threads.execute(() -> {
                while (!listener.isClosed()) {
                    try {
                        Socket from = listener.accept();
                        Socket to = new Socket();
                        closing.addFirst(from);
                        closing.addFirst(to);
                        to.connect(there);
                        threads.execute(() -> pump(from, to));
                        threads.execute(() -> pump(to, from));
                    } catch (IOException over) {
                        continue;
                    }
                }
            });
        }

        private void pump(Socket from, Socket to) {
            byte[] buffer = new byte[64 << 10];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                    bytes.addAndGet(read);
                    out.write(buffer, 0, read);
                }
                to.shutdownOutput();
            } catch (IOException over) {
                // The engines tell when they miss it.
                return;
            }
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one = closing.poll(); one != null; one = closing.poll()) {
            one.close();
        }
        threads.shutdownNow();
    }

    private Engine engine() {
        NettyTransport transport = new NettyTransport(2, true);
        Engine engine = new Engine(transport, new TransitionTable(), RealSurroundings.of(threads, threads));
        engine.addCodec(PlugIn.plain("zstd", new ZstdCodec()));
        BabAllocator allocator = new HeapBabAllocator();
        engine.addAllocator(PlugIn.plain(allocator.name(), allocator));
        closing.addFirst(() -> {
            engine.close();
            transport.stop();
        });
        return engine;
    }

    private static void put(Engine engine, String codec, String bwlimit, RelayAddresses addresses, DialMode dial) {
        engine.put(new RelaySettings(
                "r0",
                "r0",
                addresses,
                MEMLIMIT,
                "heap",
                CodecChoice.parse(codec),
                PlugInTargets.ANY,
                RelayTimeouts.DEFAULT,
                new LineSettings(0, 0, BandwidthSchedule.parse(bwlimit), dial, "", WanLinks.ONE),
                "test"));
    }

    /** What went over the wire in slices of a tenth of a second, each with the time that it really took. */
    private static void assertPace(Forwarder wire, long bytesPerS) {
        long startNs = System.nanoTime();
        long startBytes = wire.bytes.get();
        long lastNs = startNs;
        long lastBytes = startBytes;
        double lacking = 0;
        List<String> slices = new ArrayList<>();
        for (int slice = 0; slice < SLICES; slice++) {
            long dueNs = lastNs + SLICE_NS;
            while (System.nanoTime() < dueNs) {
                LockSupport.parkNanos(Math.max(1, dueNs - System.nanoTime()));
            }
            long bytes = wire.bytes.get();
            long nowNs = System.nanoTime();
            double most = (nowNs - lastNs) / 1e9 * bytesPerS * SLICE_MOST + CONTROL_BYTES;
            slices.add("%d of %.0f".formatted(bytes - lastBytes, most));
            assertThat((double) (bytes - lastBytes)).as(slices::toString).isLessThanOrEqualTo(most + lacking);
            lacking = Math.max(0, most - (bytes - lastBytes));
            lastNs = nowNs;
            lastBytes = bytes;
        }
        double share = (lastBytes - startBytes) / ((lastNs - startNs) / 1e9 * bytesPerS);
        System.out.printf("%d bytes/s: %.3f of it%n", bytesPerS, share);
        // A machine that has other things to do sends less: what was not used is not made up for.
        assertThat(share).as(slices::toString).isBetween(0.3, 1.05 + CONTROL_BYTES * 10.0 / bytesPerS);
    }

    @ParameterizedTest
    @CsvSource({"none, 256k, 2M", "zstd level 1, 1M, 512k", "none, 4M, 16M"})
    void shouldSendOverTheWireWhatTheLimitSaysInEveryTenthOfASecond(String codec, String first, String then)
            throws Exception {
        List<InetSocketAddress> free = FreeAddresses.loopback(7);
        Forwarder wire = new Forwarder(free.get(6), free.get(2));
        RelayAddresses nearAddresses = new RelayAddresses(free.get(0), free.get(1), free.get(2), free.get(3));
        RelayAddresses farAddresses = new RelayAddresses(free.get(4), free.get(5), free.get(3), free.get(6));
        try (ServerSocket farListener = new ServerSocket()) {
            farListener.bind(free.get(5));
            Engine near = engine();
            // The far one dials, because what it dials is the forwarder.
            put(near, codec, first, nearAddresses, DialMode.INBOUND);
            put(engine(), codec, "0", farAddresses, DialMode.OUTBOUND);
            CompletableFuture<Socket> accepting = CompletableFuture.supplyAsync(() -> accept(farListener), threads);
            Socket nearDrbd = dial(free.get(0), accepting);
            Socket farDrbd = accepting.get();
            closing.addFirst(nearDrbd);
            closing.addFirst(farDrbd);
            threads.execute(() -> discard(farDrbd));
            threads.execute(() -> sendRandom(nearDrbd));
            awaitFlow(wire, BandwidthSchedule.parse(first).otherwiseBytesPerS());
            assertPace(wire, BandwidthSchedule.parse(first).otherwiseBytesPerS());
            put(near, codec, then, nearAddresses, DialMode.INBOUND);
            awaitFlow(wire, BandwidthSchedule.parse(then).otherwiseBytesPerS());
            assertPace(wire, BandwidthSchedule.parse(then).otherwiseBytesPerS());
        }
    }

    /** Until what was on its way at the former rate is through. */
    private static void awaitFlow(Forwarder wire, long bytesPerS) {
        long from = wire.bytes.get();
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
        while (wire.bytes.get() - from < bytesPerS / 4) {
            assertThat(System.nanoTime()).as("no data on the wire").isLessThan(endNs);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static Socket accept(ServerSocket listener) {
        try {
            return listener.accept();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void discard(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[64 << 10];
            while (in.read(buffer) > 0) {
                continue;
            }
        } catch (IOException over) {
            return;
        }
    }

    /** More than is ever sent; ends when the test does. */
    private static void sendRandom(Socket socket) {
        byte[] block = new byte[128 << 10];
        new Random(7).nextBytes(block);
        try {
            OutputStream out = socket.getOutputStream();
            while (true) {
                out.write(block);
            }
        } catch (IOException over) {
            return;
        }
    }

    /** Dials as DRBD does, again and again, until the far end is dialled, too. */
    private static Socket dial(InetSocketAddress inside, CompletableFuture<Socket> accepting) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
        while (System.nanoTime() < end) {
            Socket socket = new Socket();
            try {
                socket.connect(inside, 1000);
                socket.getOutputStream().write(PretendDrbd.FIRST_DATA);
                accepting.get(1, TimeUnit.SECONDS);
                return socket;
            } catch (IOException | TimeoutException notYet) {
                socket.close();
            }
        }
        throw new AssertionError("the far DRBD was not dialled");
    }
}
