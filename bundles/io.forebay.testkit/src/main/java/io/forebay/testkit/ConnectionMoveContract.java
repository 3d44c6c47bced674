/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Connection;
import io.forebay.api.transport.Listener;
import io.forebay.api.transport.Loop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * What every transport must do when a connection moves from loop to loop. The probes find calls that come during a move
 * or on a loop that was left.
 */
public abstract class ConnectionMoveContract extends TransportRig {

    /** The size of a first record that tells where a connection belongs. */
    private static final int HELLO_BYTES = 16;

    // ---- data

    @Test
    void shouldReadOnTheNewLoopWhatWaitedBehindTheHello() throws IOException {
        acceptor.reading(helloThen(direct(10_000)));
        acceptor.onRead(bytes -> {
            if (acceptor.readBytes() == HELLO_BYTES) {
                acceptor.moveTo(loop(0), () -> writeAndFlush(acceptor, 5000));
            }
        });
        connectWithWaitingBytes(100_000);
        await("all arrived", () -> acceptor.readBytes() == 100_000 && dialler.readBytes() == 5000);
        assertThat(acceptor.loop()).isSameAs(loop(0));
        assertThat(acceptor.moves()).isOne();
        closeBoth();
    }

    @Test
    void shouldMoveToItsOwnLoopInALaterTask() throws IOException {
        acceptor.reading(helloThen(direct(10_000)));
        boolean[] returned = {false};
        boolean[] movedLater = {false};
        acceptor.onRead(bytes -> {
            if (acceptor.moves() == 0 && acceptor.readBytes() == HELLO_BYTES) {
                acceptor.moveTo(loop(1), () -> movedLater[0] = returned[0]);
                returned[0] = true;
            }
        });
        connectWithWaitingBytes(100_000);
        await("all arrived", () -> acceptor.readBytes() == 100_000);
        assertThat(movedLater[0]).isTrue();
        closeBoth();
    }

    @Test
    void shouldKeepOrderWhenBothEndsMoveBackAndForthUnderTraffic() throws IOException {
        long total = 16L << 20;
        dialler.reading(randomTargets(new Random(seed + 1)));
        acceptor.reading(randomTargets(new Random(seed + 2)));
        Wanderer dialling = new Wanderer(dialler, total, new Random(seed + 3));
        Wanderer accepting = new Wanderer(acceptor, total, new Random(seed + 4));
        dialler.onOpen(dialling::writeMore).onRead(bytes -> dialling.goOn()).onWritten(bytes -> dialling.goOn());
        acceptor.onOpen(accepting::writeMore).onRead(bytes -> accepting.goOn()).onWritten(bytes -> accepting.goOn());
        connect();
        await("all arrived", () -> dialler.readBytes() == total && acceptor.readBytes() == total);
        await("all is reported", () -> dialler.writtenBytes() == total && acceptor.writtenBytes() == total);
        await("both have moved", () -> dialler.moves() > 50 && acceptor.moves() > 50);
        await("both are still", () -> dialling.isStill() && accepting.isStill());
        closeBoth();
    }

    /** Writes up to a total, and whenever all is written moves to a random loop, now and then. */
    private final class Wanderer {
        private final ConnectionProbe probe;
        private final long total;
        private final Random random;
        private volatile boolean still = true;

        Wanderer(ConnectionProbe probe, long total, Random random) {
            this.probe = probe;
            this.total = total;
            this.random = random;
        }

        /** Whether it has finished and will not move again. */
        boolean isStill() {
            return still && probe.readBytes() == total && probe.writtenBytes() == total;
        }

        void goOn() {
            if (!still || probe.writtenBytes() < probe.queuedBytes()) {
                return;
            }
            boolean finished = probe.readBytes() == total && probe.queuedBytes() == total;
            if (!finished && random.nextInt(3) == 0) {
                still = false;
                probe.moveTo(loop(random.nextInt(3)), () -> {
                    still = true;
                    writeMore();
                });
            } else {
                writeMore();
            }
        }

        void writeMore() {
            int bytes = (int) Math.min(total - probe.queuedBytes(), 1 + random.nextInt(64 * 1024));
            if (bytes > 0) {
                probe.write(bytes, random.nextBoolean());
            }
            probe.connection().flush();
        }
    }

    @Test
    void shouldMoveWhileItIsIdle() throws IOException {
        connect();
        for (int i = 1; i <= 20; i++) {
            int moves = i;
            acceptor.run(() -> acceptor.moveTo(loop(moves % 3), () -> {}));
            await("moved", () -> acceptor.moves() == moves);
            dialler.run(() -> writeAndFlush(dialler, 10));
            acceptor.run(() -> writeAndFlush(acceptor, 10));
            await(
                    "bytes in both directions",
                    () -> acceptor.readBytes() == 10 * moves && dialler.readBytes() == 10 * moves);
            await("reported", () -> acceptor.writtenBytes() == 10 * moves);
        }
        closeBoth();
    }

    @Test
    void shouldMoveAsSoonAsItIsOpen() throws IOException {
        acceptor.onOpen(() -> acceptor.moveTo(loop(2), () -> {}));
        dialler.onOpen(() -> dialler.moveTo(loop(1), () -> writeAndFlush(dialler, 1000)));
        connect();
        await("all arrived", () -> acceptor.readBytes() == 1000);
        closeBoth();
    }

    @Test
    void shouldReadAfterTheMoveAlthoughItWasPaused() throws IOException {
        boolean[] paused = {true};
        Supplier<ByteBuffer> reading = direct(1000);
        acceptor.reading(() -> paused[0] ? null : reading.get());
        connectWithWaitingBytes(50_000);
        acceptor.run(() -> acceptor.moveTo(loop(0), () -> paused[0] = false));
        await("all arrived", () -> acceptor.readBytes() == 50_000);
        closeBoth();
    }

    @Test
    void shouldMoveOnFromWhereItHasJustArrived() throws IOException {
        acceptor.reading(helloThen(direct(10_000)));
        acceptor.onRead(bytes -> {
            if (acceptor.moves() == 0) {
                acceptor.moveTo(loop(0), () -> acceptor.moveTo(loop(2), () -> acceptor.moveTo(loop(1), () -> {})));
            }
        });
        connectWithWaitingBytes(100_000);
        await("all arrived", () -> acceptor.readBytes() == 100_000);
        assertThat(acceptor.moves()).isEqualTo(3);
        closeBoth();
    }

    @Test
    void shouldRefuseToMoveBeforeAllWritesAreReported() throws IOException {
        AtomicReference<Exception> refusal = new AtomicReference<>();
        connect();
        acceptor.run(() -> {
            writeAndFlush(acceptor, 100);
            try {
                acceptor.connection().moveTo(loop(0), () -> {});
            } catch (IllegalStateException e) {
                refusal.set(e);
            }
        });
        await("refused", () -> refusal.get() != null);
        assertThat(refusal.get()).hasMessageStartingWith("connection cannot move: remote=");
        await("it lives where it was", () -> dialler.readBytes() == 100 && acceptor.writtenBytes() == 100);
        closeBoth();
    }

    // ---- FIN, close, reset

    @Test
    void shouldDeliverBytesAndFinThatComeDuringTheMoveAfterIt() throws IOException {
        duringTheMove(() -> {
            dialler.run(() -> {
                dialler.write(30_000, true);
                dialler.connection().finish();
            });
            await("all is written", () -> dialler.writtenBytes() == HELLO_BYTES + 30_000);
        });
        await("FIN", () -> acceptor.finSeen());
        assertThat(acceptor.readBytes()).isEqualTo(HELLO_BYTES + 30_000);
        closeBoth();
    }

    @Test
    void shouldReportAResetThatComesDuringTheMoveAfterIt() throws IOException {
        duringTheMove(() -> {
            reset(dialler);
            await("reset is done", () -> dialler.isClosed());
        });
        await("reset is noticed", () -> acceptor.isClosed());
        assertThat(acceptor.moves()).isOne();
        assertThat(acceptor.closeCause()).hasMessageEndingWith("connection reset by peer");
    }

    @Test
    void shouldDeliverBytesAndFinThatWaitedBehindTheHello() throws IOException {
        acceptor.reading(helloThen(direct(1000)));
        acceptor.onRead(bytes -> {
            if (acceptor.moves() == 0) {
                acceptor.moveTo(loop(0), () -> {});
            }
        });
        connectWithWaitingBytes(30_000, Connection::finish);
        await("FIN", () -> acceptor.finSeen());
        assertThat(acceptor.readBytes()).isEqualTo(30_000);
        assertThat(acceptor.moves()).isOne();
        closeBoth();
    }

    @Test
    void shouldReportAResetThatWaitedBehindTheHello() throws IOException {
        acceptor.reading(helloThen(direct(1000)));
        acceptor.onRead(bytes -> {
            if (acceptor.moves() == 0) {
                acceptor.moveTo(loop(0), () -> {});
            }
        });
        connectWithWaitingBytes(30_000, Connection::reset);
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        assertThat(acceptor.moves()).isEqualTo(acceptor.readBytes() > 0 ? 1 : 0); // a reset may overtake bytes
        assertThat(acceptor.closeCause()).isNotNull();
    }

    /** Connects, moves the acceptor to a loop that is held up, and lets it arrive when {@code event} is over. */
    private void duringTheMove(Runnable event) throws IOException {
        CountDownLatch held = hold(loop(2));
        CountDownLatch begun = new CountDownLatch(1);
        acceptor.reading(helloThen(direct(1000)));
        acceptor.onRead(bytes -> {
            if (acceptor.moves() == 0) {
                acceptor.moveTo(loop(2), () -> {});
                begun.countDown();
            }
        });
        dialler.onOpen(() -> writeAndFlush(dialler, HELLO_BYTES));
        connect(dialler, acceptor, 0);
        await("the move has begun", () -> begun.getCount() == 0);
        event.run();
        assertThat(acceptor.moves()).isZero();
        held.countDown();
        await("moved", () -> acceptor.moves() == 1);
    }

    /** Keeps a loop busy until the latch is counted down. */
    private static CountDownLatch hold(Loop loop) {
        CountDownLatch held = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return held;
    }

    @Test
    void shouldCarryOnAfterTheMoveOfAHalfClosedConnection() throws IOException {
        assumeTrue(halfCloses());
        acceptor.onFin(() -> acceptor.moveTo(loop(0), () -> writeAndFlush(acceptor, 8 << 20)));
        dialler.onOpen(() -> {
            dialler.write(1000, true);
            dialler.connection().finish();
        });
        connect();
        await("bytes against the FIN", () -> dialler.readBytes() == 8 << 20 && acceptor.writtenBytes() == 8 << 20);
        acceptor.run(() -> acceptor.connection().finish());
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        assertThat(dialler.closeCause()).isNull();
        assertThat(acceptor.closeCause()).isNull();
    }

    @Test
    void shouldNoticeAResetAfterTheMoveOfAHalfClosedConnection() throws IOException {
        assumeTrue(halfCloses());
        acceptor.onFin(() -> acceptor.moveTo(loop(0), () -> {}));
        dialler.onOpen(() -> dialler.connection().finish());
        connect();
        await("moved", () -> acceptor.moves() == 1);
        reset(dialler);
        await("reset is done", () -> dialler.isClosed());
        Runnable[] writing = new Runnable[1];
        writing[0] = () -> {
            if (!acceptor.isClosed()) {
                writeAndFlush(acceptor, 1);
                acceptor.loop().schedule(writing[0], TimeUnit.MILLISECONDS.toNanos(1));
            }
        };
        acceptor.run(writing[0]);
        await("reset is noticed", () -> acceptor.isClosed());
        assertThat(acceptor.closeCause()).isNotNull();
    }

    @Test
    void shouldResetRightAfterTheMove() throws IOException {
        endRightAfterTheMove(Connection::reset);
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        assertThat(acceptor.closeCause()).isNull();
        assertThat(dialler.closeCause()).hasMessageEndingWith("connection reset by peer");
    }

    @Test
    void shouldCloseWithFinRightAfterTheMoveAlthoughBytesAreUnread() throws IOException {
        endRightAfterTheMove(Connection::close);
        await("FIN", () -> dialler.finSeen());
        assertThat(dialler.isClosed()).as("closed by a reset").isFalse();
        closeBoth();
    }

    @Test
    void shouldResetAConnectionWhoseHandlerFailsRightAfterTheMove() throws IOException {
        endRightAfterTheMove(connection -> {
            throw new IllegalStateException("a test's handler fails on purpose");
        });
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        assertThat(acceptor.closeCause()).hasMessageContaining("a test's handler fails on purpose");
    }

    private void endRightAfterTheMove(Consumer<Connection> how) throws IOException {
        acceptor.reading(helloThen(direct(1000)));
        acceptor.onRead(bytes -> acceptor.moveTo(loop(0), () -> how.accept(acceptor.connection())));
        connectWithWaitingBytes(50_000);
    }

    @Test
    void shouldMoveBeforeItClosesWhenTheHandlerFailsDuringTheMove() throws IOException {
        acceptor.onRead(bytes -> {
            acceptor.moveTo(loop(0), () -> {});
            throw new IllegalStateException("a test's handler fails on purpose");
        });
        dialler.onOpen(() -> writeAndFlush(dialler, HELLO_BYTES));
        connect();
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        assertThat(acceptor.moves()).isOne();
        assertThat(acceptor.closeCause()).hasMessageContaining("a test's handler fails on purpose");
    }

    @Test
    void shouldMoveBeforeItClosesWhenItHasEndedAlready() throws IOException {
        connect();
        acceptor.run(() -> {
            acceptor.connection().reset();
            acceptor.moveTo(loop(2), () -> {});
        });
        await("both are closed", () -> dialler.isClosed() && acceptor.isClosed());
        assertThat(acceptor.moves()).isOne();
        assertThat(acceptor.loop()).isSameAs(loop(2));
    }

    // ---- the end of the transport

    @Test
    void shouldCloseConnectionsThatMoveWhenTheTransportStops() throws IOException {
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            Random loops = new Random(random.nextLong());
            acceptor.onOpen(() -> wander(loops));
            connect();
            long moves = 1 + random.nextInt(100);
            await("it moves", () -> acceptor.moves() >= moves);
            stop(transport);
            assertThat(acceptor.isClosed()).isTrue();
            assertThat(dialler.isClosed()).isTrue();
            begin();
        }
    }

    private void wander(Random loops) {
        ConnectionProbe wandering = acceptor;
        if (!wandering.isClosed()) {
            wandering.moveTo(loop(loops.nextInt(3)), () -> wandering.run(() -> wander(loops)));
        }
    }

    @Test
    void shouldSayThatItStoppedToAConnectionThatArrivesOnlyThen() throws IOException {
        ConnectionProbe resident = probe(2, fromAcceptor, fromDialler);
        connect(probe(0, fromDialler, fromAcceptor), resident);
        CountDownLatch begun = new CountDownLatch(1);
        acceptor.onRead(bytes -> {
            acceptor.moveTo(loop(2), () -> {});
            begun.countDown();
            await("the stop has passed the other loop", () -> resident.isClosed());
        });
        dialler.onOpen(() -> writeAndFlush(dialler, HELLO_BYTES));
        connect();
        await("the move has begun", () -> begun.getCount() == 0);
        stop(transport);
        assertThat(acceptor.moves()).isOne();
        assertThat(acceptor.closeCause()).hasMessageEndingWith("the transport was stopped");
    }

    // ---- tools

    private void connectWithWaitingBytes(int bytes) throws IOException {
        connectWithWaitingBytes(bytes, connection -> {});
    }

    /** Connects so that this many bytes, and what the dialler does after them, are there when the acceptor opens. */
    private void connectWithWaitingBytes(int bytes, Consumer<Connection> then) throws IOException {
        AtomicReference<Accepted> waiting = new AtomicReference<>();
        Listener listener = listen(0, waiting::set);
        dialler.onOpen(() -> writeAndFlush(dialler, bytes));
        dial(dialler, null, listener.address(), DIAL_TIMEOUT_MS);
        await("bytes are waiting", () -> waiting.get() != null && dialler.writtenBytes() == bytes);
        CountDownLatch done = new CountDownLatch(1);
        dialler.run(() -> {
            then.accept(dialler.connection());
            done.countDown();
        });
        await("all is done", () -> done.getCount() == 0);
        waiting.get().start(loop(1), options, acceptor);
        await("open", () -> acceptor.isOpen());
    }

    private static void writeAndFlush(ConnectionProbe probe, int bytes) {
        probe.write(bytes, true);
        probe.connection().flush();
    }

    /** A target for the hello alone, then others. */
    private Supplier<ByteBuffer> helloThen(Supplier<ByteBuffer> others) {
        Supplier<ByteBuffer> hello = direct(HELLO_BYTES);
        return () -> acceptor.readBytes() < HELLO_BYTES ? hello.get() : others.get();
    }
}
