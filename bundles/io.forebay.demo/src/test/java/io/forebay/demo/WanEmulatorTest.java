/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WanEmulatorTest {
    private static final long FAST = 10_000_000_000L;
    private static final long MS = 1_000_000;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final ClosingStack closing = new ClosingStack();
    private ServerSocket far;

    @BeforeEach
    void listenAtTheFarSite() throws IOException {
        System.out.println("seed " + seed);
        far = new ServerSocket();
        far.bind(LoopbackPorts.address(0));
        far.setSoTimeout(10_000);
    }

    @AfterEach
    void shouldLeaveNoThreadBehind() throws IOException {
        closing.close();
        far.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("wan-"));
    }

    @Test
    void shouldKeepBytesAndOrderInBothDirections() throws Exception {
        Pair pair = connect(wan(FAST, 2 * MS));
        byte[] there = bytes(3_000_000);
        byte[] back = bytes(2_000_000);
        CompletableFuture<Void> sending = sendAndFinish(pair.near, there);
        CompletableFuture<Void> answering = sendAndFinish(pair.far, back);
        CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> readAll(pair.far));
        assertThat(readAll(pair.near)).isEqualTo(back);
        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(there);
        sending.get(10, TimeUnit.SECONDS);
        answering.get(10, TimeUnit.SECONDS);
        assertThat(pair.wan.bytesForward()).isEqualTo(there.length);
        assertThat(pair.wan.bytesBackward()).isEqualTo(back.length);
    }

    @Test
    void shouldCarryAtItsRate() throws Exception {
        Pair pair = connect(wan(40_000_000, 5 * MS));
        byte[] sent = bytes(4_000_000);
        long startNs = System.nanoTime();
        sendAndFinish(pair.near, sent);
        assertThat(readAll(pair.far)).isEqualTo(sent);
        double expectedSeconds = sent.length * 8 / 40e6;
        assertThat((System.nanoTime() - startNs) / 1e9 / expectedSeconds).isGreaterThan(0.95);
    }

    @Test
    void shouldShareItsRateAmongConnections() throws Exception {
        WanEmulator wan = wan(40_000_000, MS);
        Pair one = connect(wan);
        Pair two = connect(wan);
        long startNs = System.nanoTime();
        sendAndFinish(one.near, bytes(2_000_000));
        sendAndFinish(two.near, bytes(2_000_000));
        CompletableFuture<byte[]> first = CompletableFuture.supplyAsync(() -> readAll(one.far));
        assertThat(readAll(two.far)).hasSize(2_000_000);
        assertThat(first.get(20, TimeUnit.SECONDS)).hasSize(2_000_000);
        double expectedSeconds = 4_000_000 * 8 / 40e6;
        assertThat((System.nanoTime() - startNs) / 1e9 / expectedSeconds).isGreaterThan(0.95);
    }

    @Test
    void shouldNotLetAQuietConnectionWaitForABusyOne() throws Exception {
        WanEmulator wan = wan(8_000_000, MS);
        Pair busy = connect(wan);
        Pair quiet = connect(wan);
        CompletableFuture<Void> sending = sendAndFinish(busy.near, bytes(2_000_000));
        byte[] early = new byte[200_000];
        busy.far.getInputStream().readNBytes(early, 0, early.length); // from here on the line is full
        long before = wan.bytesForward();
        quiet.near.getOutputStream().write(42);
        assertThat(quiet.far.getInputStream().read()).isEqualTo(42);
        // The queue holds 100 ms, 100 kB; waiting behind it would show as that many bytes carried first.
        assertThat(wan.bytesForward() - before).isLessThan(60_000);
        assertThat(readAll(busy.far)).hasSize(1_800_000);
        sending.get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldDelayEachWay() throws Exception {
        Pair pair = connect(wan(FAST, 40 * MS));
        long startNs = System.nanoTime();
        pair.near.getOutputStream().write(1);
        pair.far.getOutputStream().write(pair.far.getInputStream().read());
        pair.near.getInputStream().read();
        assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(80 * MS);
    }

    @Test
    void shouldCountByDirectionOfTravelWhoeverDials() throws Exception {
        WanEmulator wan = closing.open(() -> WanEmulator.start(FAST, 0));
        Pair pair = connect(wan, wan.dialledFromFar(LoopbackPorts.address(0), address(far)));
        pair.near.getOutputStream().write(new byte[100]);
        pair.far.getInputStream().readNBytes(100);
        assertThat(wan.bytesBackward()).isEqualTo(100);
        assertThat(wan.bytesForward()).isZero();
    }

    @Test
    void shouldStopReadingWhenTheReceiverDoes() throws Exception {
        Pair pair = connect(wan(FAST, 0));
        pair.near.setSendBufferSize(64 * 1024);
        CompletableFuture<Void> sending = sendAndFinish(pair.near, bytes(300_000_000));
        // A sender that is not read is stuck: the WAN carries no more than it and the sockets may hold.
        long carried = awaitStandstill(pair.wan);
        assertThat(sending).isNotDone();
        assertThat(carried).isLessThan(200_000_000);
        pair.far.close();
        assertThatThrownBy(() -> sending.get(20, TimeUnit.SECONDS)).hasRootCauseInstanceOf(SocketException.class);
    }

    @Test
    void shouldPassHalfClose() throws Exception {
        Pair pair = connect(wan(FAST, MS));
        pair.near.shutdownOutput();
        assertThat(pair.far.getInputStream().read()).isEqualTo(-1);
        pair.far.getOutputStream().write(7);
        assertThat(pair.near.getInputStream().read()).isEqualTo(7);
        pair.far.close();
        assertThat(pair.near.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void shouldPassAResetFromEitherSide() throws Exception {
        WanEmulator wan = wan(FAST, MS);
        Pair pair = connect(wan);
        WanConnection.reset(pair.near);
        assertReset(pair.far);
        Pair other = connect(wan);
        WanConnection.reset(other.far);
        assertReset(other.near);
    }

    @Test
    void shouldPassAResetAfterHalfClose() throws Exception {
        Pair pair = connect(wan(FAST, MS));
        pair.far.shutdownOutput();
        assertThat(pair.near.getInputStream().read()).isEqualTo(-1);
        WanConnection.reset(pair.far);
        assertThatThrownBy(() -> {
                    while (true) {
                        pair.near.getOutputStream().write(new byte[1000]);
                    }
                })
                .isInstanceOf(SocketException.class);
    }

    @Test
    void shouldResetTheDiallerWhenTheTargetRefuses() throws Exception {
        InetSocketAddress nobody = LoopbackPorts.free(1).get(0);
        WanEmulator wan = closing.open(() -> WanEmulator.start(FAST, MS));
        Socket near = dial(wan.dialledFromNear(LoopbackPorts.address(0), nobody));
        assertReset(near);
    }

    @Test
    void shouldHoldEverythingWhileCutAndDeliverItAfterwards() throws Exception {
        Pair pair = connect(wan(FAST, MS));
        pair.wan.cut(true);
        byte[] sent = bytes(50_000);
        sendAndFinish(pair.near, sent);
        pair.far.setSoTimeout(200);
        assertThatThrownBy(() -> pair.far.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        pair.far.setSoTimeout(10_000);
        pair.wan.cut(false);
        assertThat(readAll(pair.far)).isEqualTo(sent);
    }

    @Test
    void shouldNotConnectWhileCut() throws Exception {
        WanEmulator wan = closing.open(() -> WanEmulator.start(FAST, MS));
        InetSocketAddress listening = wan.dialledFromNear(LoopbackPorts.address(0), address(far));
        wan.cut(true);
        dial(listening);
        far.setSoTimeout(200);
        assertThatThrownBy(() -> far.accept()).isInstanceOf(SocketTimeoutException.class);
        wan.cut(false);
        far.setSoTimeout(10_000);
        far.accept().close();
    }

    @Test
    void shouldRefuseToLeaveThisMachine() {
        InetSocketAddress elsewhere = new InetSocketAddress("192.0.2.1", 7788);
        assertThatThrownBy(() -> WanEmulator.start(LoopbackPorts.address(0), elsewhere, FAST, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loopback");
        assertThatThrownBy(() -> WanEmulator.start(1, 0)).hasMessageContaining("rateBitsPerSecond=1,");
    }

    private record Pair(WanEmulator wan, Socket near, Socket far) {}

    private WanEmulator wan(long rateBitsPerSecond, long delayNs) throws Exception {
        return closing.open(() -> WanEmulator.start(rateBitsPerSecond, delayNs));
    }

    private Pair connect(WanEmulator wan) throws Exception {
        return connect(wan, wan.dialledFromNear(LoopbackPorts.address(0), address(far)));
    }

    private Pair connect(WanEmulator wan, InetSocketAddress listening) throws Exception {
        Socket near = dial(listening);
        Socket accepted = closing.open(far::accept);
        accepted.setSoTimeout(20_000);
        return new Pair(wan, near, accepted);
    }

    private Socket dial(InetSocketAddress listening) throws Exception {
        Socket near = closing.open(() -> new Socket(listening.getAddress(), listening.getPort()));
        near.setSoTimeout(20_000);
        return near;
    }

    private static InetSocketAddress address(ServerSocket listener) {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static CompletableFuture<Void> sendAndFinish(Socket socket, byte[] bytes) {
        return CompletableFuture.runAsync(() -> {
            try {
                socket.getOutputStream().write(bytes);
                socket.shutdownOutput();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static byte[] readAll(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertReset(Socket socket) {
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    private static long awaitStandstill(WanEmulator wan) throws InterruptedException {
        long carried = -1;
        while (wan.bytesForward() == 0 || wan.bytesForward() != carried) {
            carried = wan.bytesForward();
            TimeUnit.MILLISECONDS.sleep(300); // the length of a quiet moment, which is what is looked for
        }
        return carried;
    }
}
