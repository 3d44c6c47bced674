/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.relay.WanLinks;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import io.forebay.testkit.SimulatedConnection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a relay uses its lines: how fast, with which buffers, and how long it bears their silence. */
class LineSettingsTest {

    private static final long SECOND = TwoSites.SECOND;
    private static final long SLICE_NS = SECOND / 10;
    private static final int MEMLIMIT = 32 << 20;

    private final long seed = 20261123;
    private final Random random = new Random(seed);
    private TwoSites sites;
    private Socket near;
    private Socket far;
    private Socket nearMeta;
    private Socket farMeta;

    private void connect(String codec) {
        sites = new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator());
        sites.wan().delayNs(5_000_000).bytesPerSecond(100_000_000).windowBytes(1 << 20);
        sites.start(MEMLIMIT, codec);
        near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("data", () -> sites.b.drbd.accepted().size() == 1);
        far = sites.b.drbd.accepted().get(0);
        nearMeta = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_META);
        sites.await("meta", () -> sites.b.drbd.accepted().size() == 2);
        farMeta = sites.b.drbd.accepted().get(1);
        sites.await("first packets", () -> far.receivedBytes() == 8 && farMeta.receivedBytes() == 8);
        sites.loop.runFor(SECOND);
        sites.events.clear();
    }

    private void rate(long bytesPerS) {
        sites.a.line(RelayTimeouts.DEFAULT, new LineSettings(0, 0, bytesPerS, DialMode.BOTH));
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Comes back when the far DRBD has them. */
    private void sendMeta(byte[] acks) {
        long count = farMeta.receivedBytes() + acks.length;
        nearMeta.send(acks);
        sites.await("acks", () -> farMeta.receivedBytes() == count);
    }

    private static ChannelStatus data(TwoSites.Site site) {
        return site.status().channels().stream()
                .filter(one -> one.type() == ChannelType.DATA)
                .findFirst()
                .orElseThrow();
    }

    /** What A puts on the line in each of so many slices. */
    private List<Long> slices(int count) {
        List<Long> slices = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long before = sites.wan().sentBytes("10.9.0.1");
            sites.loop.runFor(SLICE_NS);
            slices.add(sites.wan().sentBytes("10.9.0.1") - before);
        }
        return slices;
    }

    /** Heartbeats, confirmations and headers of both links, and a record that falls into one slice or the next. */
    private static void assertRate(List<Long> slices, long bytesPerS) {
        long share = bytesPerS / 10;
        assertThat(slices)
                .allSatisfy(bytes -> assertThat(bytes).isBetween(share * 85 / 100, share * 110 / 100 + 2_500));
        long sum = slices.stream().mapToLong(Long::longValue).sum();
        assertThat(sum).isBetween(share * slices.size() * 96 / 100, (share * 102 / 100 + 400) * slices.size());
    }

    // ---- bwlimit

    @ParameterizedTest
    @CsvSource({
        "none, 65536",
        "none, 1000000",
        "none, 20000000",
        "lz4, 65536",
        "zstd level 1, 1000000",
        "zstd level 1 long 20, 1000000",
        "lz4, 20000000"
    })
    void shouldSendNoFasterThanTheLimitAndSmoothly(String codec, long bytesPerS) {
        connect(codec);
        rate(bytesPerS);
        near.send(bytes(16 << 20));
        sites.loop.runFor(SECOND / 2);
        assertRate(slices(bytesPerS > 5_000_000 ? 2 : 20), bytesPerS);
        rate(0);
        sites.await("the rest", () -> far.receivedBytes() == (16 << 20) + 8);
        assertThat(sites.events).isEmpty();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldChangeTheLimitWhileDataFlows() {
        connect("none");
        rate(1_000);
        byte[] there = bytes(24 << 20);
        near.send(there);
        sites.loop.runFor(5 * SECOND);
        assertThat(far.receivedBytes()).isLessThan(10_000);
        for (long bytesPerS : new long[] {4_000_000, 500_000, 2_000_000}) {
            rate(bytesPerS);
            sites.loop.runFor(SECOND / 5);
            assertRate(slices(5), bytesPerS);
        }
        rate(0);
        assertThat(slices(2)).allMatch(bytes -> bytes > 400_000);
        sites.await("the rest", () -> far.receivedBytes() == there.length + 8);
        assertThat(Arrays.mismatch(far.received(), 8, there.length + 8, there, 0, there.length))
                .isEqualTo(-1);
        assertThat(sites.events).isEmpty();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldTakeWhatDrbdWritesAtFullSpeedUntilTheBabIsFull() {
        connect("none");
        rate(100_000);
        near.send(bytes(16 << 20));
        sites.loop.runFor(SECOND / 2);
        assertThat(near.written).isEqualTo((16 << 20) + 8);
        assertThat(data(sites.a).transmit().stalls()).isZero();
        rate(0);
        sites.await("the rest", () -> far.receivedBytes() == (16 << 20) + 8);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldNeverHoldMetaBack() {
        connect("none");
        rate(65_536);
        near.send(bytes(4 << 20));
        sites.loop.runFor(SECOND);
        for (int i = 1; i <= 20; i++) {
            long beforeNs = sites.loop.nowNs();
            sendMeta(bytes(16));
            assertThat(sites.loop.nowNs() - beforeNs).isLessThan(7_000_000);
            sites.loop.runFor(SECOND / 13);
        }
        byte[] much = bytes(1 << 20);
        long beforeNs = sites.loop.nowNs();
        sendMeta(much);
        assertThat(sites.loop.nowNs() - beforeNs).isLessThan(2 * SECOND);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldNotMakeMetaWaitWhenDataFillsALongLine() {
        connect("none");
        sites.wan().delayNs(50_000_000).bytesPerSecond(5_000_000);
        near.send(bytes(100 << 20));
        sites.loop.runFor(10 * SECOND);
        sendMeta(bytes(1 << 20)); // after which it is known to be in use
        long beforeNs = sites.loop.nowNs();
        sendMeta(bytes(1 << 20));
        assertThat(sites.loop.nowNs() - beforeNs).isLessThan(2 * SECOND);
        sites.closeAndProveEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "zstd level 1"})
    void shouldGoOnAfterABrokenBridgeAndDrainUnderTheLimit(String codec) {
        connect(codec);
        rate(400_000);
        byte[] there = bytes(3 << 20);
        near.send(there);
        sites.loop.runFor(SECOND);
        sites.wan().cut(true);
        sites.loop.runFor(2 * SECOND);
        sites.wan().cut(false);
        sites.await("established again", () -> data(sites.a).state() == ChannelState.ESTABLISHED);
        sites.loop.runFor(SECOND);
        assertRate(slices(5), 400_000);
        near.finish();
        sites.await("FIN", () -> far.fin);
        assertThat(far.receivedBytes()).isEqualTo(there.length + 8);
        assertThat(Arrays.mismatch(far.received(), 8, there.length + 8, there, 0, there.length))
                .isEqualTo(-1);
        far.close();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldShareTheLimitAmongAllThatReserve() {
        LineRate rate = new LineRate();
        rate.limit(1_000_000);
        LineRate.Limit limit = rate.limit();
        assertThat(limit.reserve(1_000, 0)).isLessThanOrEqualTo(0);
        long last = 0;
        for (int i = 0; i < 1_000; i++) {
            last = limit.reserve(1_000, 0);
        }
        assertThat(last).isEqualTo(1_000 * 1_000_000L - 5_000_000L);
        assertThat(limit.reserve(1, 10 * SECOND)).isEqualTo(10 * SECOND - 5_000_000L);
    }

    // ---- buffers

    private List<SimulatedConnection> sockets() {
        return sites.network.connections().stream()
                .filter(one -> Stream.of("10.9.0.1", "10.0.1.1")
                        .anyMatch(one.localAddress().getAddress().getHostAddress()::equals))
                .toList();
    }

    @Test
    void shouldGiveItsSocketsBuffersOpenOnesToo() {
        connect("none");
        assertThat(sockets()).hasSizeGreaterThan(4).allSatisfy(one -> {
            assertThat(one.options().sendBufferBytes()).isZero();
            assertThat(one.options().receiveBufferBytes()).isZero();
        });
        sites.a.line(RelayTimeouts.DEFAULT, new LineSettings(300_000, 200_000, 0, DialMode.BOTH));
        sites.loop.runFor(1);
        assertThat(sockets()).allSatisfy(one -> {
            assertThat(one.options().sendBufferBytes()).isEqualTo(300_000);
            assertThat(one.options().receiveBufferBytes()).isEqualTo(200_000);
        });
        List<SimulatedConnection> before = sockets();
        near.close();
        sites.await("its end", () -> far.fin);
        far.close();
        nearMeta.close();
        farMeta.close();
        Socket again = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket back = sites.b.drbd.dial(sites.b.addresses.inside(), PretendDrbd.FIRST_META);
        sites.await(
                "another session",
                () -> again.open && back.open && sites.a.drbd.accepted().size() == 1);
        sites.loop.runFor(3 * SECOND);
        assertThat(sockets()).anyMatch(one -> !before.contains(one)).allSatisfy(one -> {
            assertThat(one.options().sendBufferBytes()).isEqualTo(300_000);
            assertThat(one.options().receiveBufferBytes()).isEqualTo(200_000);
        });
        List<SimulatedConnection> sized = sockets();
        sites.a.line(RelayTimeouts.DEFAULT, LineSettings.DEFAULT);
        sites.loop.runFor(1);
        assertThat(sized).allMatch(one -> one.options().sendBufferBytes() == 300_000);
        sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.loop.runFor(3 * SECOND);
        assertThat(sockets())
                .anyMatch(one -> !sized.contains(one) && one.options().sendBufferBytes() == 0);
        sites.closeAndProveEmpty();
    }

    // ---- congestion control

    /** Which ones the sockets of an address have, and how many each. */
    private Map<String, Long> congestion(String address) {
        return sites.network.connections().stream()
                .filter(one -> one.localAddress().getAddress().getHostAddress().equals(address))
                .collect(groupingBy(one -> one.options().congestion(), counting()));
    }

    @Test
    void shouldNotLetLinksOfMetaMeasureTheLineWhateverIsChosenAlsoAfterTheyAreMadeAnew() {
        connect("none");
        assertThat(congestion("10.9.0.1")).containsEntry("reno", 1L);
        assertThat(congestion("10.9.0.2")).containsEntry("reno", 1L);
        sites.wan().cut(true);
        sites.loop.runFor(2 * SECOND);
        sites.wan().cut(false);
        sites.await(
                "all established again",
                () -> Stream.of(sites.a, sites.b)
                        .flatMap(site -> site.status().channels().stream())
                        .noneMatch(one -> one.state() == ChannelState.RESUMING));
        sites.loop.runFor(SECOND);
        assertThat(congestion("10.9.0.1")).containsEntry("reno", 1L);
        assertThat(congestion("10.9.0.2")).containsEntry("reno", 1L);
        nearMeta.send(bytes(16));
        sites.await("meta", () -> farMeta.receivedBytes() == 8 + 16);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldGiveItsLinksTheCongestionControlAndSayWhenTheTransportHasNone() {
        connect("none");
        sites.a.line(
                RelayTimeouts.DEFAULT,
                new LineSettings(0, 0, BandwidthSchedule.UNLIMITED, DialMode.BOTH, "bbr", WanLinks.ONE));
        sites.loop.runFor(1);
        String sentence = "congestion bbr cannot be chosen by the transport simulated: remove the line";
        assertThat(sites.a.status().problems()).containsExactly(sentence);
        assertThat(sites.events).containsExactly(sentence);
        assertThat(congestion("10.0.1.1")).containsOnlyKeys("");
        assertThat(congestion("10.9.0.1")).containsOnlyKeys("bbr", "reno").containsEntry("reno", 1L);
        sites.a.line(RelayTimeouts.DEFAULT, LineSettings.DEFAULT);
        assertThat(sites.a.status().problems()).isEmpty();
        sites.closeAndProveEmpty();
    }

    // ---- ping timeout

    private long silenceUntilLostNs() {
        sites.await("established", () -> data(sites.a).state() == ChannelState.ESTABLISHED);
        long cutNs = sites.loop.nowNs();
        sites.wan().cut(true);
        sites.await("silence", () -> data(sites.a).state() == ChannelState.RESUMING);
        long lostNs = sites.loop.nowNs() - cutNs;
        sites.wan().cut(false);
        sites.await("established again", () -> data(sites.a).state() == ChannelState.ESTABLISHED);
        return lostNs;
    }

    @Test
    void shouldBearSilenceAsLongAsItIsTold() {
        connect("none");
        assertThat(silenceUntilLostNs()).isBetween(8 * SECOND / 10, 13 * SECOND / 10);
        RelayTimeouts patient = new RelayTimeouts(10_000, 30_000, 4_000);
        sites.a.line(patient, LineSettings.DEFAULT);
        sites.b.line(patient, LineSettings.DEFAULT);
        assertThat(silenceUntilLostNs()).isBetween(38 * SECOND / 10, 43 * SECOND / 10);
        sites.wan().cut(true);
        sites.loop.runFor(SECOND);
        sites.a.line(RelayTimeouts.DEFAULT, LineSettings.DEFAULT);
        sites.loop.runFor(3 * SECOND / 10);
        assertThat(data(sites.a).state()).isEqualTo(ChannelState.RESUMING);
        assertThat(near.closed || far.closed).isFalse();
        sites.wan().cut(false);
        sites.closeAndProveEmpty();
    }
}
