/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.tools.drbd.StandInPeer;
import io.forebay.tools.drbd.StandInSender;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The two stand-ins with nothing but a WAN between them. */
@Timeout(90)
class TransferTest {
    private static final long MS = 1_000_000;
    private static final Transfer.Patience PATIENCE = new Transfer.Patience(20_000 * MS, 20_000 * MS, 20_000 * MS);
    private static final Transfer.Watch NOBODY = meter -> {};

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final ClosingStack closing = new ClosingStack();
    private InetSocketAddress ownA;
    private InetSocketAddress ownB;

    @TempDir
    private Path folder;

    @BeforeEach
    void chooseAddresses() throws IOException {
        System.out.println("seed " + seed);
        List<InetSocketAddress> free = LoopbackPorts.free(2);
        ownA = free.get(0);
        ownB = free.get(1);
    }

    @AfterEach
    void shouldLeaveNoThreadBehind() throws InterruptedException {
        closing.close();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("wan-") || thread.getName().startsWith("drbd-")) {
                thread.join(10_000);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    @Test
    void shouldDeliverAFileWhoseLastSectorIsNotFull() throws Exception {
        Path source = file(5_000_123);
        WanEmulator wan = wan(80_000_000, 5 * MS);
        Transfer transfer = transfer(wan, SendLimit.NONE, PATIENCE);
        Path target = folder.resolve("target");
        Transfer.Outcome outcome = transfer.run(source, target, NOBODY);
        assertThat(outcome.bytes()).isEqualTo(5_000_123);
        assertThat(outcome.equal()).isTrue();
        assertThat(target).hasSameBinaryContentAs(source);
        assertThat(transfer.pings().percentileMs(50)).isGreaterThanOrEqualTo(10);
        TransferMeter meter = transfer.meter();
        assertThat(meter.deliveredNs()).isGreaterThanOrEqualTo(meter.senderBusyNs());
        assertThat(meter.deliveredNs() / 1e9 / (5_000_123 * 8 / 80e6)).isGreaterThan(0.9);
        assertThat(meter.peakBacklogBytes()).isBetween(1L, 5_000_123L);
        assertThat(wan.bytesForward()).isGreaterThan(5_000_123);
    }

    @Test
    void shouldDeliverASingleByte() throws Exception {
        Path source = file(1);
        Transfer.Outcome outcome =
                transfer(wan(80_000_000, 0), SendLimit.NONE, PATIENCE).run(source, folder.resolve("target"), NOBODY);
        assertThat(outcome.bytes()).isEqualTo(1);
        assertThat(outcome.equal()).isTrue();
    }

    @Test
    void shouldStopAtABlockAndDeliverWhatWasSentWhenItsTimeIsOver() throws Exception {
        Path source = file(5_000_000);
        SendLimit limit = SendLimit.ofSeconds(0.5, 20_000_000);
        Transfer.Outcome outcome =
                transfer(wan(20_000_000, MS), limit, PATIENCE).run(source, folder.resolve("target"), NOBODY);
        assertThat(outcome.equal()).isTrue();
        assertThat(outcome.bytes() % StandInSender.Writes.DEFAULT.blockBytes()).isZero();
        assertThat(outcome.bytes()).isBetween((long) StandInSender.Writes.DEFAULT.blockBytes(), 1_250_000L);
        assertThat(outcome.sha256Source()).isEqualTo(Transfer.sha256(source, outcome.bytes()));
    }

    @Test
    void shouldSurviveACutOfTheWan() throws Exception {
        Path source = file(8_000_000);
        WanEmulator wan = wan(40_000_000, MS);
        long[] carriedWhenCut = {-1, -1};
        Transfer.Outcome outcome = transfer(wan, SendLimit.NONE, PATIENCE)
                .run(source, folder.resolve("target"), meter -> {
                    if (carriedWhenCut[0] < 0 && meter.writtenBytes() > 0) {
                        wan.cut(true);
                        carriedWhenCut[0] = wan.bytesForward();
                    } else if (carriedWhenCut[0] >= 0 && carriedWhenCut[1] < 0) {
                        carriedWhenCut[1] = wan.bytesForward();
                        wan.cut(false);
                    }
                });
        assertThat(outcome.equal()).isTrue();
        assertThat(carriedWhenCut[0]).isPositive().isEqualTo(carriedWhenCut[1]);
    }

    @Test
    void shouldFailWhenNothingArrivesAnyMore() throws Exception {
        WanEmulator wan = wan(40_000_000, MS);
        Transfer.Patience impatient = new Transfer.Patience(20_000 * MS, 600 * MS, 600 * MS);
        Transfer transfer = transfer(wan, SendLimit.NONE, impatient);
        Path source = file(8_000_000);
        assertThatThrownBy(() -> transfer.run(source, folder.resolve("target"), meter -> wan.cut(meter.isStarted())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nothing has arrived");
    }

    @Test
    void shouldFailWhenWhatWasSentDoesNotArriveWithinTheGrace() throws Exception {
        WanEmulator wan = wan(4_000_000, MS);
        Transfer.Patience impatient = new Transfer.Patience(20_000 * MS, 20_000 * MS, 300 * MS);
        SendLimit limit = new SendLimit(2_000_000, Long.MAX_VALUE);
        Transfer transfer = transfer(wan, limit, impatient);
        Path source = file(4_000_000);
        assertThatThrownBy(
                        () -> transfer.run(source, folder.resolve("target"), meter -> wan.cut(meter.isSendingOver())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("after the sender stopped");
    }

    @Test
    void shouldDialUntilThePeerIsThere() throws Exception {
        InetSocketAddress relayed = LoopbackPorts.free(1).get(0);
        WanEmulator wan = closing.open(() -> WanEmulator.start(80_000_000, MS));
        InetSocketAddress toA = wan.dialledFromFar(LoopbackPorts.address(0), ownA);
        Transfer transfer = closing.open(() -> new Transfer(
                new StandInPeer.Addresses(ownA, relayed),
                new StandInPeer.Addresses(ownB, toA),
                2,
                SendLimit.NONE,
                PATIENCE));
        int[] looks = {0};
        Transfer.Outcome outcome = transfer.run(file(100_000), folder.resolve("target"), meter -> {
            looks[0]++;
            if (looks[0] == 4) { // until now node A's dials were refused
                wan.dialledFromNear(relayed, ownB);
            }
        });
        assertThat(outcome.equal()).isTrue();
        assertThat(looks[0]).isGreaterThanOrEqualTo(4);
    }

    @Test
    void shouldSayWhomItDidNotFind() throws Exception {
        Transfer.Patience impatient = new Transfer.Patience(500 * MS, 20_000 * MS, 0);
        InetSocketAddress nobody = LoopbackPorts.free(1).get(0);
        Transfer transfer = closing.open(() -> new Transfer(
                new StandInPeer.Addresses(ownA, nobody),
                new StandInPeer.Addresses(ownB, nobody),
                2,
                SendLimit.NONE,
                impatient));
        Path source = file(1000);
        assertThatThrownBy(() -> transfer.run(source, folder.resolve("target"), NOBODY))
                .hasMessageContaining("found no peer")
                .hasMessageContaining("refused");
    }

    @Test
    void shouldNotTakeAStrangerForItsPeer() throws Exception {
        Path source = file(100_000);
        WanEmulator wan = wan(80_000_000, MS);
        Transfer transfer = transfer(wan, SendLimit.NONE, PATIENCE);
        boolean[] called = {false};
        Transfer.Outcome outcome = transfer.run(source, folder.resolve("target"), meter -> {
            if (!called[0] && !meter.isStarted()) {
                called[0] = true;
                try (Socket stranger = new Socket(ownB.getAddress(), ownB.getPort())) {
                    stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes());
                } catch (IOException e) {
                    // it came too late or too early to be let in
                }
            }
        });
        assertThat(outcome.equal()).isTrue();
        assertThat(called[0]).isTrue();
    }

    private WanEmulator wan(long rateBitsPerSecond, long delayNs) throws Exception {
        return closing.open(() -> WanEmulator.start(rateBitsPerSecond, delayNs));
    }

    private Transfer transfer(WanEmulator wan, SendLimit limit, Transfer.Patience patience) throws Exception {
        InetSocketAddress toB = wan.dialledFromNear(LoopbackPorts.address(0), ownB);
        InetSocketAddress toA = wan.dialledFromFar(LoopbackPorts.address(0), ownA);
        return closing.open(() -> new Transfer(
                new StandInPeer.Addresses(ownA, toB), new StandInPeer.Addresses(ownB, toA), 50, limit, patience));
    }

    private Path file(int bytes) throws IOException {
        byte[] content = new byte[bytes];
        random.nextBytes(content);
        return Files.write(folder.resolve("source"), content);
    }
}
