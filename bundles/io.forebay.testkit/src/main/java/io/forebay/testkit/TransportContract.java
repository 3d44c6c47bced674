/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.Listener;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every transport must do, over real sockets of this machine. */
public abstract class TransportContract extends TransportRig {

    /** Whether the system reads into targets and writes from the memory it is given, with no other in between. */
    protected boolean readsIntoTargets() {
        return true;
    }

    // ---- data

    @Test
    void shouldEchoEveryByteInOrderWhateverTheSizesOfTargetsAndWrites() throws IOException {
        long total = 32L << 20;
        Random random = new Random(seed);
        acceptor.reading(randomTargets(new Random(seed + 1)));
        dialler.reading(randomTargets(new Random(seed + 2)));
        acceptor.onRead(bytes -> {
            acceptor.write(bytes, bytes % 2 == 0);
            acceptor.connection().flush();
        });
        // At most this much on its way, as the echo queues without bound.
        dialler.onRead(bytes -> writeRandomly(random, total));
        dialler.onOpen(() -> writeRandomly(random, total));
        connect();
        await("echo is complete", () -> dialler.readBytes() == total);
        await("all is reported as written", () -> acceptor.writtenBytes() == total && dialler.writtenBytes() == total);
        assertThat(acceptor.readBytes()).isEqualTo(total);
        closeBoth();
    }

    private void writeRandomly(Random random, long total) {
        while (dialler.queuedBytes() < total && dialler.queuedBytes() - dialler.readBytes() < 2 << 20) {
            int bytes = (int) Math.min(total - dialler.queuedBytes(), 1 + random.nextInt(1 << random.nextInt(19)));
            dialler.write(bytes, random.nextInt(4) > 0);
            if (random.nextInt(3) == 0) {
                dialler.connection().flush();
            }
        }
        dialler.connection().flush();
    }

    @Test
    void shouldStopTheSenderWhileReadingIsPausedAndLoseNothing() throws IOException {
        long total = 64L << 20;
        Supplier<ByteBuffer> reading = direct(100_000);
        boolean[] paused = {true};
        acceptor.reading(() -> paused[0] ? null : reading.get());
        dialler.onOpen(() -> {
            for (int i = 0; i < 64; i++) {
                dialler.write(1 << 20, true);
            }
            dialler.connection().flush();
        });
        connect();
        awaitStandstill();
        assertThat(dialler.writtenBytes()).isLessThan(total);
        assertThat(acceptor.readBytes()).isZero();
        acceptor.run(() -> {
            paused[0] = false;
            acceptor.connection().resumeReading();
        });
        await("all arrived", () -> acceptor.readBytes() == total && dialler.writtenBytes() == total);
        closeBoth();
    }

    @Test
    void shouldLetTheKernelHoldOnlyWhatTheSocketOptionsAllow() throws IOException {
        options = new SocketOptions(64 * 1024, 64 * 1024, 16 * 1024);
        acceptor.reading(() -> null);
        dialler.onOpen(() -> {
            for (int i = 0; i < 1024; i++) {
                dialler.write(16 * 1024, true);
            }
            dialler.connection().flush();
        });
        connect();
        awaitStandstill();
        assertThat(dialler.writtenBytes()).isLessThan(1 << 20); // without options it is several times as much
        reset(dialler);
        await("both are closed", () -> dialler.isClosed());
    }

    @Test
    void shouldLetTheKernelHoldOnlyWhatSocketOptionsAllowThatWereChangedOnAnOpenConnection() throws IOException {
        SocketOptions later = new SocketOptions(64 * 1024, 64 * 1024, 16 * 1024);
        acceptor.reading(() -> null);
        connect();
        acceptor.run(() -> acceptor.connection().options(later));
        dialler.run(() -> {
            dialler.connection().options(later);
            dialler.connection().options(SocketOptions.SYSTEM); // nothing in it, so nothing changes
            for (int i = 0; i < 1024; i++) {
                dialler.write(16 * 1024, true);
            }
            dialler.connection().flush();
        });
        awaitStandstill();
        assertThat(dialler.writtenBytes()).isLessThan(1 << 20); // without options it is several times as much
        reset(dialler);
        await("both are closed", () -> dialler.isClosed());
    }

    @Test
    void shouldIgnoreOptionsOfAConnectionThatHasEnded() throws IOException {
        connect();
        dialler.run(() -> {
            dialler.connection().reset();
            dialler.connection().options(new SocketOptions(64 * 1024, 64 * 1024, 16 * 1024));
        });
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        dialler.run(() -> dialler.connection().options(new SocketOptions(64 * 1024, 0, 0)));
    }

    @Test
    void shouldPauseAndResumeManyTimes() throws IOException {
        long total = 8L << 20;
        Supplier<ByteBuffer> reading = direct(10_000);
        int[] asked = {0};
        acceptor.reading(() -> {
            if (++asked[0] % 3 != 0) {
                return reading.get();
            }
            acceptor.run(() -> acceptor.connection().resumeReading());
            return asked[0] % 2 == 0 ? null : ByteBuffer.allocate(0);
        });
        dialler.onOpen(() -> {
            dialler.write((int) total, true);
            dialler.connection().finish();
        });
        connect();
        await("FIN after all bytes", () -> acceptor.finSeen());
        assertThat(acceptor.readBytes()).isEqualTo(total);
        closeBoth();
    }

    @Test
    void shouldKeepToPositionAndLimitOfTargets() throws IOException {
        List<String> overruns = new ArrayList<>();
        ByteBuffer frame = ByteBuffer.allocateDirect(300);
        acceptor.reading(() -> frame.clear().position(100).limit(107));
        acceptor.onRead(bytes -> {
            ByteBuffer all = frame.duplicate().clear();
            for (int i = 0; i < 300; i++) {
                if ((i < 100 || i >= 107) && all.get(i) != 0) {
                    overruns.add("byte " + i);
                }
            }
        });
        dialler.onOpen(() -> {
            dialler.write(10_000, true);
            dialler.connection().flush();
        });
        connect();
        await("all arrived", () -> acceptor.readBytes() == 10_000);
        closeBoth();
        assertThat(overruns).isEmpty();
    }

    @Test
    void shouldServeAQuietConnectionWhileABusyOneSaturatesTheSameLoop() throws IOException {
        ConnectionProbe busyReader = probe(1, fromAcceptor, fromDialler).reading(direct(256 * 1024));
        ConnectionProbe busyWriter = probe(2, fromDialler, fromAcceptor);
        Runnable more = () -> {
            while (busyWriter.queuedBytes() - busyWriter.writtenBytes() < 4 << 20) {
                busyWriter.write(256 * 1024, true);
            }
            busyWriter.connection().flush();
        };
        connect(busyWriter.onOpen(more).onWritten(bytes -> more.run()), busyReader);
        await("saturation", () -> busyReader.readBytes() > 16 << 20);

        // The ping is served by the loop that the busy reader is on.
        long before = busyReader.readBytes();
        acceptor.onRead(bytes -> sendByte(acceptor));
        dialler.onOpen(() -> sendByte(dialler)).onRead(bytes -> sendByte(dialler));
        connect();
        await("200 round trips", () -> dialler.readBytes() >= 200);
        await("still saturated", () -> busyReader.readBytes() > before);
        reset(dialler);
        reset(busyWriter);
        await("both are closed", () -> acceptor.isClosed() && busyReader.isClosed());
    }

    private static void sendByte(ConnectionProbe probe) {
        probe.write(1, true);
        probe.connection().flush();
    }

    // ---- FIN, close, reset

    @Test
    void shouldCarryOnInOneDirectionAfterFinInTheOther() throws IOException {
        assumeTrue(halfCloses());
        dialler.onOpen(() -> {
            dialler.write(1000, true);
            dialler.connection().finish();
            dialler.connection().write(ByteBuffer.allocate(10)); // ignored
            dialler.connection().finish(); // no effect
        });
        connect();
        await("FIN", () -> acceptor.finSeen());
        assertThat(acceptor.readBytes()).isEqualTo(1000);
        for (int i = 1; i <= 3; i++) {
            long expected = i * (8L << 20); // more than the socket buffers hold
            acceptor.run(() -> {
                acceptor.write(8 << 20, true);
                acceptor.connection().flush();
            });
            await("bytes against the FIN", () -> dialler.readBytes() == expected);
        }
        acceptor.run(() -> acceptor.connection().finish());
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        assertThat(dialler.finSeen()).isTrue();
        assertThat(dialler.closeCause()).isNull();
        assertThat(acceptor.closeCause()).isNull();
    }

    @Test
    void shouldDeliverFinOnlyAfterTheBytesThatWereUnreadWhenItCame() throws IOException {
        assumeTrue(halfCloses());
        boolean[] paused = {true};
        Supplier<ByteBuffer> reading = direct(1000);
        acceptor.reading(() -> paused[0] ? null : reading.get());
        dialler.onOpen(() -> {
            dialler.write(30_000, true);
            dialler.connection().finish();
        });
        connect();
        await("all is written", () -> dialler.writtenBytes() == 30_000);
        // This end's FIN while it is paused: epoll then reports a hangup that must neither spin nor lose bytes.
        acceptor.run(() -> acceptor.connection().finish());
        await("FIN of the paused end", () -> dialler.finSeen());
        long cpuBefore = ProcessMeter.cpuNs();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
        await("a while", () -> System.nanoTime() - until > 0);
        assertThat(ProcessMeter.cpuNs() - cpuBefore).as("no busy loop").isLessThan(TimeUnit.MILLISECONDS.toNanos(200));
        assertThat(acceptor.finSeen()).isFalse();
        acceptor.run(() -> {
            paused[0] = false;
            acceptor.connection().resumeReading();
        });
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        assertThat(acceptor.finSeen()).isTrue();
        assertThat(acceptor.readBytes()).isEqualTo(30_000);
        assertThat(acceptor.closeCause()).isNull();
    }

    @Test
    void shouldSendAllThatWasQueuedBeforeClosing() throws IOException {
        dialler.onOpen(() -> {
            dialler.write(10 << 20, true);
            dialler.connection().close();
        });
        acceptor.onOpen(() -> {
            acceptor.write(100_000, true); // unread bytes must not turn the FIN into a reset
            acceptor.connection().flush();
        });
        acceptor.onFin(() -> acceptor.connection().close());
        connect();
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        assertThat(acceptor.finSeen()).isTrue();
        assertThat(acceptor.readBytes()).isEqualTo(10 << 20);
        assertThat(dialler.writtenBytes()).isEqualTo(10 << 20);
        assertThat(dialler.closeCause()).isNull();
    }

    @Test
    void shouldCloseWithFinAlthoughBytesAreUnread() throws IOException {
        acceptor.reading(() -> null);
        dialler.onOpen(() -> {
            dialler.write(50_000, true);
            dialler.connection().flush();
        });
        connect();
        await("bytes are on their way", () -> dialler.writtenBytes() == 50_000);
        acceptor.run(() -> acceptor.connection().close());
        await("FIN", () -> dialler.finSeen());
        assertThat(dialler.isClosed()).as("closed by a reset").isFalse();
        closeBoth();
    }

    @Test
    void shouldReportAResetOfTheOtherEnd() throws IOException {
        connect();
        reset(dialler);
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        assertThat(dialler.closeCause()).isNull();
        assertThat(acceptor.closeCause())
                .hasMessage(text(acceptor.connection().remoteAddress()) + ": connection reset by peer");
        assertThat(acceptor.finSeen()).isFalse();
    }

    @Test
    void shouldNotLoseAResetWhileReadingIsPaused() throws IOException {
        boolean[] paused = {true};
        Supplier<ByteBuffer> reading = direct(1000);
        acceptor.reading(() -> paused[0] ? null : reading.get());
        dialler.onOpen(() -> {
            dialler.write(5000, true);
            dialler.connection().flush();
        });
        connect();
        await("all is written", () -> dialler.writtenBytes() == 5000);
        reset(dialler);
        await("reset is done", () -> dialler.isClosed());
        acceptor.run(() -> {
            paused[0] = false;
            acceptor.connection().resumeReading();
        });
        await("reset is noticed", () -> acceptor.isClosed());
        assertThat(acceptor.closeCause()).isNotNull();
    }

    @Test
    void shouldNoticeAResetThatFollowsAFinAtTheNextWrite() throws IOException {
        assumeTrue(halfCloses());
        connect();
        dialler.run(() -> dialler.connection().finish());
        await("FIN", () -> acceptor.finSeen());
        reset(dialler);
        await("reset is done", () -> dialler.isClosed());
        Runnable[] writing = new Runnable[1];
        writing[0] = () -> {
            if (!acceptor.isClosed()) {
                sendByte(acceptor);
                acceptor.connection().loop().schedule(writing[0], TimeUnit.MILLISECONDS.toNanos(1));
            }
        };
        acceptor.run(writing[0]);
        await("reset is noticed", () -> acceptor.isClosed());
        assertThat(acceptor.closeCause()).isNotNull();
    }

    @Test
    void shouldDropWhatIsQueuedAtAReset() throws IOException {
        acceptor.reading(() -> null);
        dialler.onOpen(() -> {
            for (int i = 0; i < 64; i++) {
                dialler.write(1 << 20, i % 8 > 0);
            }
            dialler.connection().flush();
        });
        connect();
        awaitStandstill();
        reset(dialler);
        await("closed", () -> dialler.isClosed());
        assertThat(dialler.closeCause()).isNull();
        assertThat(dialler.writtenBytes()).isLessThan(64L << 20);
    }

    @Test
    void shouldResetAConnectionWhoseHandlerFailsAndNoOther() throws IOException {
        ConnectionProbe failing = probe(1, fromAcceptor, fromDialler).onRead(bytes -> {
            throw new IllegalStateException("a test's handler fails on purpose");
        });
        ConnectionProbe victim = probe(0, fromDialler, fromAcceptor);
        connect();
        connect(victim.onOpen(() -> sendByte(victim)), failing);
        await("both are closed", () -> victim.isClosed() && failing.isClosed());
        assertThat(failing.closeCause()).hasMessageContaining("a test's handler fails on purpose");
        assertThat(victim.closeCause()).isNotNull();
        dialler.run(() -> sendByte(dialler));
        await("the other connection lives", () -> acceptor.readBytes() == 1);
        closeBoth();
    }

    // ---- dialling

    @Test
    void shouldSayWhoRefused() throws IOException {
        int port = LoopbackPorts.closed();
        dial(dialler, null, LoopbackPorts.address(port), DIAL_TIMEOUT_MS);
        await("dial failed", () -> dialler.dialFailure() != null);
        assertThat(dialler.dialFailure()).hasMessage("127.0.0.1:" + port + ": connection refused");
    }

    @Test
    void shouldGiveUpADialAfterItsTimeout() throws IOException {
        LoopbackPorts.onDeafPort(port -> {
            dial(dialler, null, LoopbackPorts.address(port), 200);
            await("dial failed", () -> dialler.dialFailure() != null);
            assertThat(dialler.dialFailure()).hasMessage("127.0.0.1:" + port + ": timed out after 200 ms");
        });
    }

    @Test
    void shouldSayNothingAfterADialWasCancelled() throws IOException {
        LoopbackPorts.onDeafPort(port -> {
            Dial dial = dial(dialler, null, LoopbackPorts.address(port), 100);
            dialler.run(dial::cancel);
            AtomicReference<Boolean> later = new AtomicReference<>();
            loop(0).schedule(() -> later.set(true), TimeUnit.MILLISECONDS.toNanos(200));
            await("its timeout passed", () -> later.get() != null);
            assertThat(dialler.dialFailure()).isNull();
            assertThat(dialler.isOpen()).isFalse();
        });
    }

    @Test
    void shouldDialFromAGivenAddress() throws IOException {
        InetAddress local = InetAddress.getByName("127.0.0.2");
        Listener listener = listen(1, accepted -> {
            assertThat(accepted.remoteAddress().getAddress()).isEqualTo(local);
            accepted.start(loop(1), SocketOptions.SYSTEM, acceptor);
        });
        dial(dialler, new InetSocketAddress(local, 0), listener.address(), DIAL_TIMEOUT_MS);
        awaitOpen(dialler, acceptor);
        assertThat(dialler.connection().localAddress())
                .isEqualTo(acceptor.connection().remoteAddress());
        assertThat(acceptor.connection().remoteAddress().getAddress()).isEqualTo(local);
        assertThat(dialler.connection().remoteAddress()).isEqualTo(listener.address());
        closeBoth();
    }

    @Test
    void shouldDialFromAGivenPortAgainRightAfterItWasUsed() throws IOException {
        InetSocketAddress local = LoopbackPorts.address(LoopbackPorts.closed());
        Listener listener = listen(1, accepted -> accepted.start(loop(1), SocketOptions.SYSTEM, acceptor));
        dial(dialler, local, listener.address(), DIAL_TIMEOUT_MS);
        awaitOpen(dialler, acceptor);
        assertThat(acceptor.connection().remoteAddress()).isEqualTo(local);
        closeBoth();
    }

    @Test
    void shouldResolveAName() throws IOException {
        Listener listener = listen(1, accepted -> accepted.start(loop(1), SocketOptions.SYSTEM, acceptor));
        int port = listener.address().getPort();
        dial(dialler, LoopbackPorts.address(0), InetSocketAddress.createUnresolved("localhost", port), DIAL_TIMEOUT_MS);
        awaitOpen(dialler, acceptor);
        closeBoth();
        ConnectionProbe lost = probe(0, fromDialler, fromAcceptor);
        dial(lost, null, InetSocketAddress.createUnresolved("no-such-host.invalid", 1), DIAL_TIMEOUT_MS);
        await("dial failed", () -> lost.dialFailure() != null);
        assertThat(lost.dialFailure()).hasMessage("no-such-host.invalid:1: unknown host");
    }

    @Test
    void shouldFailADialAndCloseAConnectionWhenItStops() throws IOException {
        connect();
        ConnectionProbe dialling = probe(2, fromDialler, fromAcceptor);
        LoopbackPorts.onDeafPort(port -> {
            dial(dialling, null, LoopbackPorts.address(port), 60_000);
            loop(2).execute(() -> {});
            stop(transport);
            assertThat(dialling.dialFailure()).hasMessageEndingWith("the transport was stopped");
            assertThat(dialler.isClosed()).isTrue();
            assertThat(acceptor.closeCause()).isNotNull();
        });
    }

    // ---- listening

    @Test
    void shouldFreeThePortWhenAListenerCloses() throws IOException {
        InetSocketAddress address = null;
        for (int i = 0; i < 20; i++) {
            Listener listener = transport.listen(
                    address == null ? LoopbackPorts.address(0) : address, loop(i % 3), accepted -> accepted.close());
            address = listener.address();
            listener.close();
            InetSocketAddress closed = address;
            assertThatThrownBy(() -> new Socket(closed.getAddress(), closed.getPort()).close())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldKeepAcceptedConnectionsWhenAListenerCloses() throws IOException {
        connect();
        listeners.forEach(Listener::close);
        dialler.run(() -> sendByte(dialler));
        await("connection lives", () -> acceptor.readBytes() == 1);
        closeBoth();
    }

    @Test
    void shouldSayWhichAddressCannotBeHad() throws IOException {
        Listener listener = listen(0, accepted -> accepted.close());
        assertThatThrownBy(() -> transport.listen(listener.address(), loop(1), accepted -> accepted.close()))
                .isInstanceOf(IOException.class)
                .hasMessage("cannot listen at 127.0.0.1:" + listener.address().getPort() + ": address already in use");
    }

    @Test
    void shouldListenAndCloseOnALoop() throws IOException {
        AtomicReference<Object> result = new AtomicReference<>();
        loop(0).execute(() -> {
            try {
                transport
                        .listen(LoopbackPorts.address(0), loop(0), accepted -> accepted.close())
                        .close();
                result.set("done");
            } catch (IOException | RuntimeException e) {
                result.set(e);
            }
        });
        await("listened", () -> result.get() != null);
        assertThat(result.get()).isEqualTo("done");
    }

    @Test
    void shouldCloseAnAcceptedConnectionInAnOrderlyWay() throws IOException {
        Listener listener = listen(1, Accepted::close);
        dialler.onOpen(() -> {
            dialler.write(3000, true);
            dialler.connection().flush();
        });
        dial(dialler, null, listener.address(), DIAL_TIMEOUT_MS);
        await("FIN", () -> dialler.finSeen());
        dialler.run(() -> dialler.connection().close());
        await("closed", () -> dialler.isClosed());
        assertThat(dialler.closeCause()).isNull();
    }

    @Test
    void shouldStartAnAcceptedConnectionLaterOnTheLoopThatWasChosen() throws IOException {
        AtomicReference<Accepted> waiting = new AtomicReference<>();
        Listener listener = listen(0, waiting::set);
        dialler.onOpen(() -> {
            dialler.write(3000, true);
            dialler.connection().flush();
        });
        dial(dialler, null, listener.address(), DIAL_TIMEOUT_MS);
        await("accepted", () -> waiting.get() != null && dialler.writtenBytes() == 3000);
        waiting.get().start(loop(1), SocketOptions.SYSTEM, acceptor); // the probe checks the loop
        await("bytes that came before the start", () -> acceptor.readBytes() == 3000);
        closeBoth();
    }

    // ---- loops

    @Test
    void shouldRunTasksOnItsLoopAndCancelledTimersNever() {
        Loop loop = loop(1);
        Queue<String> ran = new ConcurrentLinkedQueue<>();
        long begin = loop.nowNs();
        loop.schedule(() -> ran.add("cancelled"), TimeUnit.MILLISECONDS.toNanos(20))
                .cancel();
        loop.schedule(
                () -> ran.add("timer " + loop.inLoop() + (loop.nowNs() - begin >= TimeUnit.MILLISECONDS.toNanos(40))),
                TimeUnit.MILLISECONDS.toNanos(40));
        loop.execute(() -> ran.add("task " + loop.inLoop() + loop(0).inLoop()));
        await("both ran", () -> ran.size() == 2);
        assertThat(ran).containsExactly("task truefalse", "timer truetrue");
        assertThat(loop.inLoop()).isFalse();
    }

    // ---- memory

    @Test
    void shouldNotAllocateDirectMemoryForDirectTargetsAndWrites() throws IOException {
        assumeTrue(readsIntoTargets());
        int total = 8 << 20;
        ByteBuffer bytes = fromDialler.fill(0, ByteBuffer.allocateDirect(total));
        long[] mostBytes = {0};
        acceptor.reading(direct(64 * 1024))
                .onRead(read -> mostBytes[0] = Math.max(mostBytes[0], ProcessMeter.directBytes()));
        connect();
        long bytesBefore = ProcessMeter.directBytes();
        dialler.run(() -> {
            for (int from = 0; from < total; from += 1 << 16) {
                dialler.write(bytes.limit(from + (1 << 16)).position(from));
            }
            dialler.connection().flush();
        });
        await("all arrived", () -> acceptor.readBytes() == total && dialler.writtenBytes() == total);
        assertThat(mostBytes[0] - bytesBefore).isLessThan(64 * 1024);
        closeBoth();
    }
}
