/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

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
import io.forebay.bab.direct.DirectBabAllocator;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.codec.deflate.DeflateCodec;
import io.forebay.codec.lz4.Lz4Codec;
import io.forebay.codec.zstd.ZstdCodec;
import io.forebay.state.TransitionTable;
import io.forebay.testkit.drbd.FreeAddresses;
import io.forebay.transport.NettyTransport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two engines in this process, joined by real sockets, with DRBDs that are plain blocking sockets. */
class RealSocketsTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final long MEMLIMIT = 8 << 20;
    private static final int DEADLINE_S = 60;

    private final List<AutoCloseable> closing = new ArrayList<>();
    private Socket taken;

    private Engine engine(boolean epoll) {
        NettyTransport transport = new NettyTransport(2, epoll);
        ExecutorService workers = Executors.newFixedThreadPool(2);
        ExecutorService blocking = Executors.newCachedThreadPool();
        Engine engine = new Engine(transport, new TransitionTable(), RealSurroundings.of(workers, blocking));
        Stream.of(new ZstdCodec(), new Lz4Codec(), new DeflateCodec())
                .forEach(codec -> engine.addCodec(PlugIn.plain(codec.name(), codec)));
        closing.add(() -> {
            engine.close();
            assertThat(engine.status()).isEmpty();
            transport.stop();
            workers.shutdown();
            blocking.shutdown();
        });
        return engine;
    }

    private static void put(Engine engine, BabAllocator allocator, String codec, int... ports) {
        InetSocketAddress[] address = Arrays.stream(ports)
                .mapToObj(port -> new InetSocketAddress(LOOPBACK, port))
                .toArray(InetSocketAddress[]::new);
        put(
                engine,
                allocator,
                codec,
                new RelayAddresses(address[0], address[1], address[2], address[3]),
                LineSettings.DEFAULT);
    }

    private static void put(
            Engine engine, BabAllocator allocator, String codec, RelayAddresses addresses, LineSettings line) {
        engine.addAllocator(PlugIn.plain(allocator.name(), allocator));
        engine.put(new RelaySettings(
                "r0",
                "r0",
                addresses,
                MEMLIMIT,
                allocator.name(),
                CodecChoice.parse(codec),
                PlugInTargets.ANY,
                RelayTimeouts.DEFAULT,
                line,
                "test"));
    }

    /** A stream of which some parts compress well, some hardly and some not at all. */
    private static byte[] sample(Random random, int bytes) {
        byte[] all = new byte[bytes];
        for (int at = 0; at < bytes; at += 20_000) {
            int end = Math.min(bytes, at + 20_000);
            byte[] part = new byte[end - at];
            int kind = random.nextInt(3);
            for (int i = 0; i < part.length; i++) {
                part[i] = (byte) (kind == 0 ? random.nextInt() : kind == 1 ? i >> 3 : random.nextInt(8));
            }
            System.arraycopy(part, 0, all, at, part.length);
        }
        return all;
    }

    private static CompletableFuture<Void> sending(Socket socket, byte[] bytes) {
        return CompletableFuture.runAsync(() -> {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(bytes);
                socket.shutdownOutput();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static CompletableFuture<byte[]> reading(Socket socket) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                // Not closed at its end: that would close the other half, too.
                InputStream in = socket.getInputStream();
                return in.readAllBytes();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "true, none",
        "true, zstd level 1",
        "true, zstd level 3 long",
        "true, lz4",
        "true, zlib level 9",
        "false, none",
        "false, zstd level 3",
        "false, lz4"
    })
    void shouldCarryBothDirectionsUnchangedAndEndWithFin(boolean epoll, String codec) throws Exception {
        long seed = 42;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int[] port = FreeAddresses.loopback(6).stream()
                .mapToInt(InetSocketAddress::getPort)
                .toArray();
        try (ServerSocket farListener = new ServerSocket(port[5], 5, LOOPBACK)) {
            Engine near = engine(epoll);
            Engine far = engine(epoll);
            put(near, new HeapBabAllocator(), codec, port[0], port[1], port[2], port[3]);
            put(far, new DirectBabAllocator(), codec, port[4], port[5], port[3], port[2]);
            byte[] there = sample(random, 24 << 20);
            byte[] back = sample(random, 5 << 20);
            Socket nearDrbd = dialUntilTaken(new InetSocketAddress(LOOPBACK, port[0]), farListener);
            Socket farDrbd = taken;
            assertThat(farDrbd.getInputStream().readNBytes(8)).isEqualTo(PretendDrbd.FIRST_DATA);
            CompletableFuture<byte[]> atFar = reading(farDrbd);
            CompletableFuture<byte[]> atNear = reading(nearDrbd);
            sending(nearDrbd, there).get(DEADLINE_S, TimeUnit.SECONDS);
            sending(farDrbd, back).get(DEADLINE_S, TimeUnit.SECONDS);
            assertSame(atFar.get(DEADLINE_S, TimeUnit.SECONDS), there);
            assertSame(atNear.get(DEADLINE_S, TimeUnit.SECONDS), back);
            assertThat(near.status().get(0).bab().peakBytes()).isBetween(1L, MEMLIMIT);
            assertThat(far.status().get(0).bab().peakBytes()).isBetween(1L, MEMLIMIT);
            nearDrbd.close();
            farDrbd.close();
        } finally {
            for (AutoCloseable one : closing) {
                one.close();
            }
        }
    }

    /** The inbound site's peer is an address from which nothing ever comes back; the outbound site's outside is taken. */
    @ParameterizedTest
    @CsvSource({"127.0.0.1, 1", "127.0.0.1, 4", "::1, 2"})
    void shouldCarryEitherDrbdsConnectionsWhereOnlyOneSiteCanDial(String outside, int links) throws Exception {
        InetAddress wan = InetAddress.getByName(outside);
        assumeThatCode(() -> new ServerSocket(0, 1, wan).close()).doesNotThrowAnyException();
        int[] port = FreeAddresses.loopback(6).stream()
                .mapToInt(InetSocketAddress::getPort)
                .toArray();
        InetSocketAddress nowhere = new InetSocketAddress("192.0.2.1", 7790);
        InetSocketAddress listening = new InetSocketAddress(wan, port[3]);
        try (ServerSocket taken = new ServerSocket(port[2], 1, wan);
                ServerSocket nearListener = new ServerSocket(port[1], 5, LOOPBACK);
                ServerSocket farListener = new ServerSocket(port[5], 5, LOOPBACK)) {
            InetSocketAddress unbound = new InetSocketAddress(wan, taken.getLocalPort());
            Engine near = engine(true);
            Engine far = engine(true);
            put(
                    near,
                    new HeapBabAllocator(),
                    "none",
                    new RelayAddresses(loopback(port[0]), loopback(port[1]), unbound, listening),
                    new LineSettings(
                            0, 0, BandwidthSchedule.UNLIMITED, DialMode.OUTBOUND, "", new WanLinks(links, List.of())));
            put(
                    far,
                    new HeapBabAllocator(),
                    "none",
                    new RelayAddresses(loopback(port[4]), loopback(port[5]), listening, nowhere),
                    new LineSettings(0, 0, 0, DialMode.INBOUND));
            byte[] sample = sample(new Random(7), 3 << 20);
            assertCarries(loopback(port[0]), farListener, sample);
            assertCarries(loopback(port[4]), nearListener, sample);
            assertThat(near.status().get(0).problem()).isEmpty();
            assertThat(far.status().get(0).faults()).isEmpty();
        } finally {
            for (AutoCloseable one : closing) {
                one.close();
            }
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(LOOPBACK, port);
    }

    private void assertCarries(InetSocketAddress inside, ServerSocket farListener, byte[] bytes) throws Exception {
        try (Socket nearDrbd = dialUntilTaken(inside, farListener);
                Socket farDrbd = taken) {
            assertThat(farDrbd.getInputStream().readNBytes(8)).isEqualTo(PretendDrbd.FIRST_DATA);
            CompletableFuture<byte[]> atFar = reading(farDrbd);
            CompletableFuture<byte[]> atNear = reading(nearDrbd);
            sending(nearDrbd, bytes).get(DEADLINE_S, TimeUnit.SECONDS);
            sending(farDrbd, bytes).get(DEADLINE_S, TimeUnit.SECONDS);
            assertSame(atFar.get(DEADLINE_S, TimeUnit.SECONDS), bytes);
            assertSame(atNear.get(DEADLINE_S, TimeUnit.SECONDS), bytes);
        }
    }

    private static void assertSame(byte[] actual, byte[] expected) {
        assertThat(actual.length).isEqualTo(expected.length);
        assertThat(Arrays.mismatch(actual, expected)).as("first wrong byte").isNegative();
    }

    /** Dials as DRBD does, again and again, until the far end is dialled, too. */
    private Socket dialUntilTaken(InetSocketAddress inside, ServerSocket farListener)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<Socket> accepting = CompletableFuture.supplyAsync(() -> {
            try {
                return farListener.accept();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
        while (System.nanoTime() < end) {
            Socket socket = new Socket();
            try {
                socket.connect(inside, 1000);
                socket.getOutputStream().write(PretendDrbd.FIRST_DATA);
                taken = accepting.get(1, TimeUnit.SECONDS);
                return socket;
            } catch (IOException | TimeoutException notYet) {
                socket.close();
            }
        }
        throw new AssertionError("the far DRBD was not dialled");
    }
}
