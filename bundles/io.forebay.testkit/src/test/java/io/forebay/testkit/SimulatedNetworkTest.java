/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.SocketOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The simulated network loses what TCP loses, when TCP loses it. */
class SimulatedNetworkTest {

    private static final long MS = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final InetSocketAddress SERVER = new InetSocketAddress("10.0.0.2", 7);

    private final HandDrivenLoop loop = new HandDrivenLoop();
    private final SimulatedNetwork network = new SimulatedNetwork(loop, 20261121);
    private final SimulatedLine line = network.line("10.0.0.1", "10.0.0.2").delayNs(10 * MS);
    private final SimulatedNetwork.SimulatedTransport one = network.host("10.0.0.1");
    private final SimulatedNetwork.SimulatedTransport other = network.host("10.0.0.2");
    private End accepted;

    private static final class End implements ConnectionHandler {
        private final ByteBuffer target = ByteBuffer.allocate(4096);
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private Connection connection;
        private boolean paused;
        private boolean fin;
        private boolean closed;
        private IOException cause;

        void send(byte[] bytes) {
            connection.write(ByteBuffer.wrap(bytes));
            connection.flush();
        }

        @Override
        public void onOpen(Connection opened) {
            connection = opened;
        }

        @Override
        public void onDialFailed(IOException why) {
            cause = why;
        }

        @Override
        public ByteBuffer readTarget() {
            return paused ? null : target.clear();
        }

        @Override
        public void onRead(int bytes) {
            received.write(target.array(), 0, bytes);
        }

        @Override
        public void onFin() {
            fin = true;
        }

        @Override
        public void onWritten(int bytes) {
            // Nobody waits for it.
        }

        @Override
        public void onClosed(IOException why) {
            closed = true;
            cause = why;
        }
    }

    @BeforeEach
    void listen() throws IOException {
        other.listen(SERVER, loop, connection -> {
            accepted = new End();
            connection.start(loop, SocketOptions.SYSTEM, accepted);
        });
    }

    private End dial() {
        End end = new End();
        one.dial(null, SERVER, 60_000, SocketOptions.SYSTEM, loop, end);
        return end;
    }

    private End connected() {
        End end = dial();
        loop.runFor(SECOND);
        assertThat(accepted.connection).isNotNull();
        return end;
    }

    /** Also between the handshake and the word that it is done. */
    @Test
    void shouldTellNothingOfADialThatIsGivenUp() {
        int given = 0;
        while (true) {
            End end = new End();
            Dial dial = one.dial(null, SERVER, 60_000, SocketOptions.SYSTEM, loop, end);
            for (int step = 0; step < given; step++) {
                loop.step();
            }
            if (end.connection != null) {
                break;
            }
            dial.cancel();
            loop.runFor(2 * SECOND);
            assertThat(end.connection).as("given up after %d steps", given).isNull();
            assertThat(end.cause).isNull();
            given++;
        }
        assertThat(given).isGreaterThan(2);
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private SimulatedConnection networkEnd(End of) {
        return network.connections().stream()
                .filter(one -> one == of.connection)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldDeliverEverythingOnceAndInOrderHoweverOftenTheLineIsCut() {
        line.jitterNs(5 * MS).bytesPerSecond(1_000_000);
        End end = connected();
        byte[] there = bytes(600_000);
        byte[] back = bytes(300_000);
        end.send(there);
        accepted.send(back);
        Random random = new Random(2);
        for (int i = 0; i < 30; i++) {
            line.cutFrom(random.nextBoolean() ? "10.0.0.1" : "10.0.0.2", true);
            loop.runFor(random.nextInt(300) * MS);
            line.cut(false);
            loop.runFor(random.nextInt(300) * MS);
        }
        loop.runFor(60 * SECOND);
        assertThat(accepted.received.toByteArray()).isEqualTo(there);
        assertThat(end.received.toByteArray()).isEqualTo(back);
    }

    @Test
    void shouldBringAStreamBackLateAfterACutBecauseItsTimerDoubles() {
        End end = connected();
        line.cut(true);
        end.send(bytes(100));
        // Sent again after 0.2, 0.6, 1.4, 3.0, 6.2 and 12.6 seconds.
        loop.runFor(6_500 * MS);
        line.cut(false);
        loop.runFor(6 * SECOND);
        assertThat(accepted.received.size()).isZero();
        loop.runFor(SECOND);
        assertThat(accepted.received.size()).isEqualTo(100);
    }

    @Test
    void shouldRepeatADialAfterOneTwoAndFourSeconds() {
        line.cut(true);
        End end = dial();
        loop.runFor(3_500 * MS);
        line.cut(false);
        loop.runFor(3 * SECOND);
        assertThat(end.connection).isNull();
        loop.runFor(SECOND);
        assertThat(end.connection).isNotNull();
    }

    @Test
    void shouldShowAConnectionToTheListenerOnlyWhenTheHandshakeIsComplete() {
        End end = dial();
        line.cutFrom("10.0.0.2", true);
        loop.runFor(10 * SECOND);
        assertThat(end.connection).isNull();
        assertThat(accepted).isNull();
    }

    @Test
    void shouldRefuseADialWithoutAListener() {
        End end = new End();
        one.dial(null, new InetSocketAddress("10.0.0.2", 8), 60_000, SocketOptions.SYSTEM, loop, end);
        loop.runFor(SECOND);
        assertThat(end.cause).hasMessageContaining("refused");
    }

    @Test
    void shouldTellNobodyThatAConnectionWasForgotten() {
        End end = connected();
        networkEnd(end).forget();
        end.send(bytes(100));
        accepted.send(bytes(100));
        loop.runFor(600 * SECOND);
        for (End each : List.of(end, accepted)) {
            assertThat(each.received.size()).isZero();
            assertThat(each.closed || each.fin).isFalse();
        }
    }

    @Test
    void shouldBreakAStreamAtTheVeryByte() {
        End end = connected();
        byte[] there = bytes(100_000);
        networkEnd(end).breakOffAfter(31_415);
        end.send(there);
        loop.runFor(10 * SECOND);
        assertThat(accepted.received.toByteArray()).isEqualTo(Arrays.copyOf(there, 31_415));
        assertThat(accepted.cause).hasMessageContaining("reset");
        assertThat(end.cause).hasMessageContaining("reset");
    }

    @Test
    void shouldLoseAResetInACutUntilTheOtherEndSendsSomething() {
        End end = connected();
        line.cut(true);
        accepted.connection.reset();
        loop.runFor(SECOND);
        line.cut(false);
        loop.runFor(60 * SECOND);
        assertThat(end.closed).isFalse();
        end.send(bytes(1));
        loop.runFor(SECOND);
        assertThat(end.cause).hasMessageContaining("reset");
    }

    @Test
    void shouldDeliverWhatWasSentBeforeACloseThoughTheLineIsCut() {
        End end = connected();
        byte[] there = bytes(50_000);
        line.cut(true);
        end.send(there);
        end.connection.close();
        loop.runFor(SECOND);
        assertThat(end.closed).isTrue();
        line.cut(false);
        loop.runFor(10 * SECOND);
        assertThat(accepted.received.toByteArray()).isEqualTo(there);
        assertThat(accepted.fin).isTrue();
    }

    @Test
    void shouldResetWhenAnEndClosesWithBytesUnread() {
        network.resetUnread(true);
        End end = connected();
        accepted.paused = true;
        end.send(bytes(100));
        loop.runFor(SECOND);
        accepted.connection.close();
        loop.runFor(SECOND);
        assertThat(end.cause).hasMessageContaining("reset");
        assertThat(end.fin).isFalse();
    }

    @Test
    void shouldSilenceAProcessThatWasKilled() throws IOException {
        ProcessLoop process = new ProcessLoop(loop);
        SimulatedNetwork.SimulatedTransport transport = network.host("10.0.0.3", process);
        End end = new End();
        transport.dial(null, SERVER, 60_000, SocketOptions.SYSTEM, process, end);
        loop.runFor(SECOND);
        process.schedule(() -> end.send(bytes(1)), SECOND);
        process.kill();
        network.kill(transport);
        loop.runFor(10 * SECOND);
        assertThat(accepted.received.size()).isZero();
        assertThat(accepted.cause).hasMessageContaining("reset");
        assertThat(end.closed).isFalse();
    }
}
