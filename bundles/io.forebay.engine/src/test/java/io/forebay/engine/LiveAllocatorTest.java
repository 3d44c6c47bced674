/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.state.ChannelState;
import io.forebay.bab.direct.DirectBabAllocator;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import io.forebay.testkit.TrackingAllocator;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Allocators come and go while a relay is at work, and DRBD notices nothing. */
class LiveAllocatorTest {

    private static final long MIB = 1 << 20;
    private static final long SECOND = TwoSites.SECOND;

    private final long seed = 20261123;
    private final Random random = new Random(seed);
    private final TrackingAllocator direct = new TrackingAllocator(new DirectBabAllocator());
    private final PlugIn<BabAllocator> other = plugIn("direct", direct, 7, 0);
    private TwoSites sites;
    private Socket data;
    private Socket farData;
    private Socket meta;
    private Socket farMeta;

    private static PlugIn<BabAllocator> plugIn(String name, BabAllocator service, long id, int ranking) {
        return new PlugIn<>(service, name, "org.example 1.0", id, ranking, Map.of());
    }

    private static PlugIn<BabAllocator> own(TwoSites.Site site) {
        return PlugIn.plain(site.allocator.name(), site.allocator);
    }

    private void start(String codec) {
        sites = new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator());
        sites.wan().delayNs(2_000_000).bytesPerSecond(100_000_000).windowBytes(1 << 20);
        sites.start(4 * MIB, codec);
        data = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("dial", () -> sites.b.drbd.accepted().size() == 1);
        farData = sites.b.drbd.accepted().get(0);
        meta = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_META);
        sites.await("dial", () -> sites.b.drbd.accepted().size() == 2);
        farMeta = sites.b.drbd.accepted().get(1);
        sites.await("established", () -> isEstablished(sites.a) && isEstablished(sites.b));
        sites.loop.runFor(SECOND);
    }

    private static boolean isEstablished(TwoSites.Site site) {
        return site.status().channels().stream()
                        .filter(one -> one.state() == ChannelState.ESTABLISHED)
                        .count()
                == 2;
    }

    private byte[] halfRandom(int bytes) {
        byte[] bytesOf = new byte[bytes];
        random.nextBytes(bytesOf);
        for (int at = 0; at < bytes; at += 8192) {
            Arrays.fill(bytesOf, at, Math.min(bytes, at + 4096), (byte) at);
        }
        return bytesOf;
    }

    private static void assertReceived(Socket socket, int from, byte[]... parts) {
        int at = from;
        for (byte[] part : parts) {
            assertThat(Arrays.mismatch(socket.received(), at, at + part.length, part, 0, part.length))
                    .isEqualTo(-1);
            at += part.length;
        }
        assertThat(socket.receivedBytes()).isEqualTo(at);
    }

    private void assertNobodyNoticed() {
        assertThat(data.closed || farData.closed || meta.closed || farMeta.closed)
                .as(() -> String.join("\n", sites.events))
                .isFalse();
    }

    private void ping() {
        byte[] ping = halfRandom(400);
        long before = farMeta.receivedBytes();
        long began = sites.loop.nowNs();
        meta.send(ping);
        sites.await("a ping", () -> farMeta.receivedBytes() == before + ping.length);
        assertThat(sites.loop.nowNs() - began).isLessThan(SECOND / 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4", "zlib level 1", "zstd level 1", "zstd level 1 long 20"})
    void shouldGoOnWhenTheAllocatorIsTakenAwayUnderLoadAgainAndAgain(String codec) {
        start(codec);
        TwoSites.Site a = sites.a;
        TwoSites.Site b = sites.b;
        a.engine.addAllocator(other);
        b.engine.addAllocator(other);
        sites.events.clear();
        byte[] there = halfRandom(24 << 20);
        byte[] back = halfRandom(6 << 20);
        data.send(there);
        farData.send(back);
        for (int i = 0; i < 30; i++) {
            TwoSites.Site site = random.nextBoolean() ? a : b;
            List<PlugIn<BabAllocator>> both = List.of(own(site), other);
            List<PlugIn<BabAllocator>> leaving = random.nextInt(3) == 0 ? both : List.of(both.get(random.nextInt(2)));
            List<CompletableFuture<Void>> gone =
                    leaving.stream().map(site.engine::removeAllocator).toList();
            sites.loop.runFor(random.nextInt(20_000_000));
            if (random.nextInt(3) == 0) {
                ping();
            }
            sites.await("memory home", () -> gone.stream().allMatch(CompletableFuture::isDone));
            leaving.forEach(site.engine::addAllocator);
            sites.loop.runFor(random.nextInt(5_000_000));
        }
        sites.await(
                "delivery", () -> farData.receivedBytes() == there.length + 8 && data.receivedBytes() == back.length);
        assertReceived(farData, 8, there);
        assertReceived(data, 0, back);
        assertNobodyNoticed();
        for (TwoSites.Site site : List.of(a, b)) {
            assertThat(site.status().bab().allocator()).isEqualTo("heap");
            assertThat(site.status().problem()).isEmpty();
        }
        sites.closeAndProveEmpty();
        assertThat(direct.open()).isZero();
        assertThat(direct.leasedBytes()).isZero();
    }

    @Test
    void shouldUseAnotherUntilTheWantedOneIsBackAndSaySo() {
        start("none");
        sites.a.engine.addAllocator(other);
        sites.loop.runFor(1);
        assertThat(sites.a.status().bab().allocator()).isEqualTo("heap");
        CompletableFuture<Void> gone = sites.a.engine.removeAllocator(own(sites.a));
        sites.loop.runFor(1);
        assertThat(gone).isCompleted();
        assertThat(sites.a.status().bab().allocator()).isEqualTo("direct");
        assertThat(sites.a.status().problem()).isEqualTo("allocator heap is gone: direct is used until it is back");
        ping();
        sites.a.engine.addAllocator(own(sites.a));
        sites.loop.runFor(1);
        assertThat(sites.a.status().bab().allocator()).isEqualTo("heap");
        assertThat(sites.a.status().problem()).isEmpty();
        assertNobodyNoticed();
        sites.closeAndProveEmpty();
        assertThat(direct.open()).isZero();
    }

    @Test
    void shouldNotCompleteARemovalWhileSegmentsAreOutAndSayWhere() {
        start("none");
        farData.readingStopped = true;
        byte[] there = halfRandom(2 << 20);
        data.send(there);
        sites.loop.runFor(SECOND);
        sites.b.engine.addAllocator(other);
        CompletableFuture<Void> gone = sites.b.engine.removeAllocator(own(sites.b));
        sites.loop.runFor(SECOND);
        assertThat(gone).isNotDone();
        assertThat(sites.b.engine.outOf(own(sites.b)))
                .matches("heap \\(bundle no bundle\\) is leaving, but relay r0 holds [1-9][0-9]* segments, "
                        + "[1-9][0-9]* bytes; it stays usable until then");
        assertThat(sites.b.engine.plugIns())
                .filteredOn(one -> one.name().equals("heap"))
                .singleElement()
                .satisfies(one -> assertThat(one.problem()).contains("is leaving"))
                .satisfies(one -> assertThat(one.relays()).isEmpty());
        farData.resume();
        sites.await("memory home", gone::isDone);
        assertThat(sites.b.engine.plugIns()).extracting(PlugInStatus::name).doesNotContain("heap");
        sites.await("delivery", () -> farData.receivedBytes() == there.length + 8);
        assertReceived(farData, 8, there);
        assertNobodyNoticed();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldKeepSessionsAliveWithoutAnyAllocatorAndGoOnWhenOneIsBack() {
        start("lz4");
        sites.b.engine.removeAllocator(own(sites.b));
        CompletableFuture<Void> gone = sites.a.engine.removeAllocator(own(sites.a));
        byte[] there = halfRandom(1 << 20);
        byte[] back = halfRandom(1 << 20);
        data.send(there);
        farData.send(back);
        for (int i = 0; i < 60; i++) {
            sites.loop.runFor(SECOND);
            ping();
        }
        assertThat(gone).isCompleted();
        sites.await(
                "delivery", () -> farData.receivedBytes() == there.length + 8 && data.receivedBytes() == back.length);
        assertReceived(farData, 8, there);
        assertReceived(data, 0, back);
        assertThat(sites.a.status().bab().allocator()).isEqualTo("none");
        assertThat(sites.a.status().problem())
                .isEqualTo(
                        "test: allocator = heap: there is no BAB allocator heap: use another when one is there, or"
                                + " install its bundle; if lb -s shows that bundle, scr:list and scr:info say why it brings none");
        sites.a.engine.addAllocator(own(sites.a));
        sites.b.engine.addAllocator(own(sites.b));
        sites.loop.runFor(1);
        assertThat(sites.a.status().problem()).isEmpty();
        assertThat(sites.a.status().bab().allocator()).isEqualTo("heap");
        data.send(there);
        sites.await("delivery", () -> farData.receivedBytes() == 2 * there.length + 8);
        assertReceived(farData, 8, there, there);
        assertNobodyNoticed();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldHoldNoMoreThanTheLeastWithoutAnyAllocator() {
        start("none");
        farData.readingStopped = true;
        sites.a.engine.removeAllocator(own(sites.a));
        sites.loop.runFor(SECOND);
        data.send(halfRandom(16 << 20));
        sites.loop.runFor(10 * SECOND);
        long piece = MemoryPlan.pieceBytesFor(sites.a.status().bab().limitBytes());
        assertThat(sites.a.status().bab().heldBytes()).isBetween(piece, 8 * piece);
        ping();
        farData.resume();
        sites.await("delivery", () -> farData.receivedBytes() == (16 << 20) + 8);
        assertNobodyNoticed();
        sites.a.engine.addAllocator(own(sites.a));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldWaitInAllocatingAndLetDrbdGoUntilAnAllocatorComes() {
        sites = new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator());
        sites.start(4 * MIB, "none");
        sites.a.engine.removeAllocator(own(sites.a));
        sites.loop.runFor(SECOND);
        assertThat(sites.a.status().channels())
                .isNotEmpty()
                .allSatisfy(one -> assertThat(one.state()).isEqualTo(ChannelState.ALLOCATING))
                .extracting(ChannelStatus::reason)
                .allSatisfy(reason -> assertThat(reason).contains("there is no BAB allocator heap"));
        Socket refused = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("the end of a dial", () -> refused.fin || refused.closed);
        assertThat(sites.events)
                .anyMatch(line -> line.startsWith("let the local DRBD go because there is no memory for it:")
                        && line.contains("there is no BAB allocator heap"));
        assertThat(sites.events).anyMatch(line -> line.contains("refused a link") && line.contains("no BAB allocator"));
        refused.close();
        sites.a.engine.addAllocator(own(sites.a));
        sites.loop.runFor(1);
        assertThat(sites.a.status().channels()).noneMatch(one -> one.state() == ChannelState.ALLOCATING);
        sites.await("bridges", () -> sites.a.isReady() && sites.b.isReady());
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("the far DRBD", () -> sites.b.drbd.accepted().size() == 1);
        Socket far = sites.b.drbd.accepted().get(0);
        byte[] there = halfRandom(1 << 20);
        near.send(there);
        sites.await("delivery", () -> far.receivedBytes() == there.length + 8);
        assertReceived(far, 8, there);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldNotTakeAnotherAllocatorBeforeItEverWorkedButBeginAtOnceWhenTheWantedOneComes() {
        sites = new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator());
        sites.a.start(4 * MIB, "none");
        sites.a.engine.removeAllocator(own(sites.a));
        sites.a.engine.addAllocator(other);
        sites.b.start(4 * MIB, "none");
        sites.loop.runFor(3 * SECOND);
        assertThat(sites.a.status().problem())
                .isEqualTo("test: allocator = heap: there is no BAB allocator heap: use one of direct, or install its"
                        + " bundle; if lb -s shows that bundle, scr:list and scr:info say why it brings none");
        assertThat(sites.a.status().channels())
                .allSatisfy(one -> assertThat(one.state()).isEqualTo(ChannelState.ALLOCATING));
        assertThat(direct.open()).isZero();
        sites.loop.runFor(SECOND / 3);
        sites.a.engine.addAllocator(own(sites.a));
        sites.loop.runFor(1);
        assertThat(sites.a.status().bab().segmentBytes()).isPositive();
        assertThat(sites.a.status().channels()).noneMatch(one -> one.state() == ChannelState.ALLOCATING);
        sites.await("bridges", () -> sites.a.isReady() && sites.b.isReady());
        assertThat(sites.a.status().problem()).isEmpty();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldTakeTheBetterRankedOneOfAName() {
        start("none");
        TrackingAllocator better = new TrackingAllocator(new HeapBabAllocator());
        PlugIn<BabAllocator> ranked = plugIn("heap", better, 9, 100);
        byte[] there = halfRandom(8 << 20);
        data.send(there);
        sites.loop.runFor(SECOND / 100);
        sites.a.engine.addAllocator(ranked);
        sites.loop.runFor(1);
        assertThat(better.open()).isOne();
        assertThat(sites.a.engine.plugIns())
                .filteredOn(one -> one.ranking() == 100)
                .singleElement()
                .satisfies(one -> assertThat(one.relays()).containsExactly("r0"));
        sites.await("delivery", () -> farData.receivedBytes() == there.length + 8);
        sites.await("the former one is done with", () -> sites.a.allocator.open() == 0);
        sites.a.engine.removeAllocator(ranked);
        sites.loop.runFor(SECOND);
        assertThat(better.open()).isZero();
        assertThat(sites.a.allocator.open()).isOne();
        assertThat(sites.a.status().problem()).isEmpty();
        assertReceived(farData, 8, there);
        assertNobodyNoticed();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldHoldNothingOfAnAllocatorThatIsGone() {
        start("lz4");
        WeakReference<BabAllocator> gone = comeAndGo();
        long end = System.nanoTime() + 30 * SECOND;
        while (gone.get() != null && System.nanoTime() < end) {
            System.gc();
            Thread.onSpinWait();
        }
        assertThat(gone.get()).isNull();
        assertNobodyNoticed();
        sites.closeAndProveEmpty();
    }

    /** In a method of its own, so that nothing on the stack holds it. */
    private WeakReference<BabAllocator> comeAndGo() {
        TrackingAllocator better = new TrackingAllocator(new DirectBabAllocator());
        PlugIn<BabAllocator> ranked = plugIn("heap", better, 9, 100);
        sites.a.engine.addAllocator(ranked);
        byte[] there = halfRandom(4 << 20);
        data.send(there);
        sites.loop.runFor(SECOND / 100);
        assertThat(better.leasedBytes()).isPositive();
        CompletableFuture<Void> gone = sites.a.engine.removeAllocator(ranked);
        sites.await("memory home", gone::isDone);
        sites.await("delivery", () -> farData.receivedBytes() == there.length + 8);
        assertReceived(farData, 8, there);
        return new WeakReference<>(better);
    }
}
