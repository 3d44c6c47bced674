/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.state.ChannelType;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import io.forebay.testkit.SampleData;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Levels that follow what is scarce, while two engines relay on a simulated network. */
class LevelsTest {

    private static final long SEED = 20261123;
    private static final long MEMLIMIT = 8 << 20;
    private static final long SECOND = TwoSites.SECOND;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final ByteArrayOutputStream expected = new ByteArrayOutputStream();
    private final TwoSites sites = new TwoSites(SEED, new HeapBabAllocator(), new HeapBabAllocator());
    private Socket near;
    private Socket far;
    private long workerFreeNs;

    private void start(String codec) {
        sites.start(MEMLIMIT, codec);
        near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        expected.writeBytes(PretendDrbd.FIRST_DATA);
        sites.await("dial of the far DRBD", () -> !sites.b.drbd.accepted().isEmpty());
        far = sites.b.drbd.accepted().get(0);
    }

    private void send(int bytes) {
        byte[] there = SampleData.MIX.bytes(bytes, random);
        near.send(there);
        expected.writeBytes(there);
    }

    /** So that DRBD always has more to write. */
    private void sendFor(long ns) {
        for (long end = sites.loop.nowNs() + ns; sites.loop.nowNs() < end; ) {
            if (expected.size() - far.receivedBytes() < 4 * MEMLIMIT) {
                send(1 << 20);
            }
            sites.loop.runFor(SECOND / 100);
        }
    }

    /** One worker that takes so long for each block. */
    private void slowWorker(long ns) {
        sites.a.worker = task -> {
            workerFreeNs = Math.max(workerFreeNs, sites.loop.nowNs()) + ns;
            sites.loop.schedule(task, workerFreeNs - sites.loop.nowNs());
        };
    }

    private ChannelStatus.Compression compression() {
        return sites.a.status().channels().stream()
                .filter(one -> one.type() == ChannelType.DATA)
                .findFirst()
                .orElseThrow()
                .transmit()
                .compression();
    }

    @AfterEach
    void shouldHaveDeliveredAllAsItWas() {
        sites.await("delivery", () -> far.receivedBytes() == expected.size());
        assertThat(Arrays.equals(far.received(), expected.toByteArray())).isTrue();
        sites.closeAndProveEmpty();
    }

    @ParameterizedTest
    @CsvSource({"zstd level 1..4,level 1,level 4,5", "zstd level 1..3 long 20,level 1 long 20,level 3 long 20,40"})
    void shouldRiseToTheHighestLevelWhileTheLineIsScarce(String codec, String lowest, String highest, int seconds) {
        start(codec);
        sites.wan().bytesPerSecond(2_000_000);
        sendFor(seconds * SECOND);
        ChannelStatus.Compression done = compression();
        assertThat(done.level()).isEqualTo(highest);
        assertThat(List.of(done.codec(), done.lowest(), done.highest())).containsExactly("zstd", lowest, highest);
        assertThat(done.lineNs()).isGreaterThan(9 * (done.cpuNs() + done.freeNs()));
        assertThat(done.storedBytes()).isLessThan(done.blockBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd level 1..9", "zstd level 1..9 long 20"})
    void shouldStayAtTheLowestLevelWhileCpuIsScarce(String codec) {
        start(codec);
        slowWorker(SECOND / 200);
        sendFor(5 * SECOND);
        ChannelStatus.Compression done = compression();
        assertThat(done.level()).startsWith("level 1");
        assertThat(done.moves()).isZero();
        assertThat(done.cpuNs()).isGreaterThan(9 * (done.lineNs() + done.freeNs()));
    }

    @Test
    void shouldFallWhenCpuBecomesScarceAndEaseWhenTheLineHasRoom() {
        start("zstd level 1..4");
        sites.wan().bytesPerSecond(2_000_000);
        sendFor(5 * SECOND);
        assertThat(compression().level()).isEqualTo("level 4");
        sites.wan().bytesPerSecond(100_000_000);
        slowWorker(SECOND / 50);
        sendFor(3 * SECOND);
        assertThat(compression().level()).isEqualTo("level 1");
        sites.a.worker = Runnable::run;
        sites.wan().bytesPerSecond(2_000_000);
        sendFor(10 * SECOND);
        assertThat(compression().level()).isEqualTo("level 4");
        sites.wan().bytesPerSecond(100_000_000);
        sites.await("delivery", () -> far.receivedBytes() == expected.size());
        for (int i = 0; i < 40 * 8; i++) {
            send(1000);
            sites.loop.runFor(SECOND / 8);
        }
        assertThat(compression().level()).isEqualTo("level 1");
    }

    @Test
    void shouldLeaveAFixedLevelAloneAndStillSayWhatIsScarce() {
        start("lz4");
        sites.wan().bytesPerSecond(2_000_000);
        sendFor(3 * SECOND);
        ChannelStatus.Compression done = compression();
        assertThat(done.codec()).isEqualTo("lz4");
        assertThat(done.lowest()).isEqualTo(done.highest()).isEqualTo(done.level());
        assertThat(done.moves()).isZero();
        assertThat(done.lineNs()).isPositive();
    }

    @Test
    void shouldCountBlocksThatDoNotShrink() {
        start("zstd level auto");
        byte[] noise = new byte[3 << 20];
        random.nextBytes(noise);
        near.send(noise);
        expected.writeBytes(noise);
        sites.await("delivery", () -> far.receivedBytes() == expected.size());
        ChannelStatus.Compression done = compression();
        assertThat(done.rawBytes()).isGreaterThan(noise.length * 9L / 10);
        assertThat(done.rawBlocks()).isPositive().isLessThanOrEqualTo(done.blocks());
    }
}
