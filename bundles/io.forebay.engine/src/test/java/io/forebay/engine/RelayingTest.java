/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.bab.direct.DirectBabAllocator;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The way of a byte through two engines, on a simulated network. */
class RelayingTest {

    private static final long MEMLIMIT = 1 << 20;
    private static final long SECOND = TwoSites.SECOND;

    private final long seed = 20261121;
    private final Random random = new Random(seed);

    private TwoSites sites(String codec) {
        return new TwoSites(seed, new HeapBabAllocator(), new DirectBabAllocator()).start(MEMLIMIT, codec);
    }

    /** P_DATA packets of DRBD 8.4 (header 100) with blocks of which half compresses. */
    static byte[] writes(Random random, int count, int blockBytes) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        byte[] block = new byte[blockBytes];
        for (int i = 0; i < count; i++) {
            ByteBuffer head = ByteBuffer.allocate(40);
            head.putInt(0x8620ec20)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putInt(24 + blockBytes)
                    .putInt(0);
            head.putLong(i * (long) blockBytes / 512).putLong(i).putInt(i).putInt(0);
            stream.writeBytes(head.array());
            random.nextBytes(block);
            java.util.Arrays.fill(block, blockBytes / 2, blockBytes, (byte) i);
            stream.writeBytes(block);
        }
        return stream.toByteArray();
    }

    private byte[] writes(int count, int blockBytes) {
        return writes(random, count, blockBytes);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static ChannelStatus data(TwoSites.Site site) {
        return site.status().channels().stream()
                .filter(one -> one.type() == ChannelType.DATA)
                .findFirst()
                .orElseThrow();
    }

    private static Socket acceptedBy(TwoSites sites, TwoSites.Site site) {
        sites.await("dial of the far DRBD", () -> !site.drbd.accepted().isEmpty());
        return site.drbd.accepted().get(site.drbd.accepted().size() - 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4", "zlib level 9", "zstd level 1", "zstd level 3 long 20"})
    void shouldCarryEveryByteInOrderInBothDirections(String codec) {
        TwoSites sites = sites(codec);
        sites.wan().delayNs(5_000_000).bytesPerSecond(20_000_000);
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b);
        byte[] there = writes(150, 32 << 10);
        byte[] back = writes(40, 9 << 10);
        near.send(there);
        far.send(back);
        sites.await("delivery", () -> far.receivedBytes() == there.length + 8 && near.receivedBytes() == back.length);
        assertThat(far.received()).isEqualTo(joined(PretendDrbd.FIRST_DATA, there));
        assertThat(near.received()).isEqualTo(back);
        sites.await("confirmation", () -> data(sites.a).transmit().backlogBytes() == 0);
        assertThat(data(sites.a).transmit().packets())
                .anyMatch(one -> one.type().equals("P_DATA") && one.packets() == 150);
        if (!codec.equals("none")) {
            assertThat(data(sites.a).transmit().wireBytes()).isLessThan(there.length * 2L / 3);
        }
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldConfirmMuchAtOnceAndLittleALittleLater() {
        TwoSites sites =
                new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator()).start(256 * MEMLIMIT, "none");
        sites.wan().windowBytes(1 << 20);
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        acceptedBy(sites, sites.b);
        sites.loop.runFor(SECOND);
        near.send(new byte[100 << 10]);
        sites.loop.runFor(SECOND / 500);
        assertThat(data(sites.a).transmit().backlogBytes()).isEqualTo(100 << 10);
        sites.loop.runFor(SECOND / 20);
        assertThat(data(sites.a).transmit().backlogBytes()).isZero();
        near.send(new byte[8 << 20]);
        sites.loop.runFor(SECOND);
        near.send(new byte[1 << 20]);
        sites.loop.runFor(SECOND / 200);
        assertThat(data(sites.a).transmit().backlogBytes()).isLessThan(512 << 10);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldConfirmAtOnceWhatFillsTheWindowToANearPeer() {
        TwoSites sites =
                new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator()).start(256 * MEMLIMIT, "none");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b);
        sites.loop.runFor(SECOND);
        long before = sites.loop.nowNs();
        near.send(new byte[1 << 20]);
        sites.await("delivery", () -> far.receivedBytes() > 1 << 20);
        assertThat(sites.loop.nowNs() - before)
                .as("the window begins with 256 KiB, and little is confirmed after 40 ms")
                .isLessThan(SECOND / 50);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldKeepDataAndMetaApartAndTellWhichIsWhich() {
        TwoSites sites = sites("zstd level 1");
        Socket data = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket meta = sites.b.drbd.dial(sites.b.addresses.inside(), PretendDrbd.FIRST_META);
        Socket dataFar = acceptedBy(sites, sites.b);
        Socket metaFar = acceptedBy(sites, sites.a);
        sites.await("first packets", () -> dataFar.receivedBytes() == 8 && metaFar.receivedBytes() == 8);
        assertThat(dataFar.received()).isEqualTo(PretendDrbd.FIRST_DATA);
        assertThat(metaFar.received()).isEqualTo(PretendDrbd.FIRST_META);
        for (TwoSites.Site site : List.of(sites.a, sites.b)) {
            sites.await(
                    "established",
                    () -> site.status().channels().stream().allMatch(one -> one.state() == ChannelState.ESTABLISHED));
            assertThat(site.status().channels()).hasSize(2);
        }
        assertThat(sites.a.status().channels())
                .extracting(ChannelStatus::role, ChannelStatus::type)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(ChannelRole.ACCEPTOR, ChannelType.DATA),
                        org.assertj.core.groups.Tuple.tuple(ChannelRole.CONNECTOR, ChannelType.META));
        assertThat(data.open && meta.open).isTrue();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldSeeOneSessionInTheConnectionsThatAreLeftAfterACrossing() {
        TwoSites sites = sites("none");
        Socket crossed = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        acceptedBy(sites, sites.b);
        sites.b.drbd.dial(sites.b.addresses.inside(), PretendDrbd.FIRST_META);
        acceptedBy(sites, sites.a);
        sites.await(
                "both established",
                () -> sites.a.status().channels().stream().allMatch(one -> one.state() == ChannelState.ESTABLISHED));
        crossed.close();
        sites.await("the end of one", () -> sites.b.drbd.accepted().get(0).fin);
        sites.b.drbd.accepted().get(0).close();
        Socket data = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("its successor", () -> sites.b.drbd.accepted().size() == 2);
        byte[] features =
                java.util.HexFormat.of().parseHex("83740267fffe0048000000560000000f00000065" + "00".repeat(60));
        data.send(features);
        sites.b.drbd.accepted().get(1).send(features);
        sites.await("features", () -> data.receivedBytes() == features.length);
        for (TwoSites.Site site : List.of(sites.a, sites.b)) {
            sites.await("one phrase for both", () -> site.status().channels().size() == 2);
            assertThat(site.status().channels()).extracting(ChannelStatus::drbd).allMatch(one -> one.contains("101"));
        }
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldAnswerAPingWithinTheRoundTripWhileDataFillsTheBab() {
        TwoSites sites = sites("none");
        sites.wan().delayNs(10_000_000);
        Socket data = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket meta = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_META);
        sites.await("both far ends", () -> sites.b.drbd.accepted().size() == 2);
        Socket dataFar = sites.b.drbd.accepted().stream()
                .filter(one -> one.receivedBytes() >= 0)
                .findFirst()
                .orElseThrow();
        sites.await("first packets", () -> sites.b.drbd.accepted().stream().allMatch(one -> one.receivedBytes() == 8));
        Socket metaFar = sites.b.drbd.accepted().stream()
                .filter(one -> java.util.Arrays.equals(one.received(), PretendDrbd.FIRST_META))
                .findFirst()
                .orElseThrow();
        sites.b.drbd.accepted().stream().filter(one -> one != metaFar).forEach(one -> one.readingStopped = true);
        data.send(writes(200, 64 << 10));
        sites.await("a full BAB", () -> data(sites.a).transmit().stalls() > 0);
        long before = sites.loop.nowNs();
        meta.send(new byte[] {(byte) 0x83, 0x74, 2, 0x67, 0, 0x13, 0, 0});
        sites.await("the ping", () -> metaFar.receivedBytes() == 16);
        assertThat(sites.loop.nowNs() - before).isLessThan(12_000_000);
        assertThat(dataFar.closed).isFalse();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldConfirmAtOnceWhatASenderWaitsForWhoseMemoryAnotherChannelHas() {
        TwoSites sites = new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator());
        sites.a.start(MEMLIMIT, "none");
        sites.b.start(256 * MEMLIMIT, "none");
        sites.await("bridges", () -> sites.a.isReady() && sites.b.isReady());
        Socket greedy = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        acceptedBy(sites, sites.b).readingStopped = true;
        greedy.send(writes(200, 64 << 10));
        sites.await("a full BAB", () -> data(sites.a).transmit().stalls() > 0);
        Socket other = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("its far DRBD", () -> sites.b.drbd.accepted().size() == 2);
        Socket far = acceptedBy(sites, sites.b);
        sites.loop.runFor(SECOND);
        byte[] there = writes(40, 8 << 10);
        long before = sites.loop.nowNs();
        other.send(there);
        sites.await("delivery", () -> far.receivedBytes() == there.length + 8);
        assertThat(sites.loop.nowNs() - before)
                .as("in 40 pieces, and little that is delivered is confirmed after 40 ms")
                .isLessThan(SECOND / 10);
        assertThat(far.received()).isEqualTo(joined(PretendDrbd.FIRST_DATA, there));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldHoldTheMemlimitWhenTheFarDrbdStopsReadingAndGoOnAfterwards() {
        TwoSites sites = sites("zstd level 1");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b);
        far.readingStopped = true;
        byte[] there = writes(400, 32 << 10);
        near.send(there);
        sites.await("a full BAB", () -> data(sites.a).transmit().stalls() > 0);
        sites.loop.runFor(20 * SECOND);
        for (TwoSites.Site site : List.of(sites.a, sites.b)) {
            assertThat(site.status().bab().peakBytes()).isLessThanOrEqualTo(MEMLIMIT);
            assertThat(site.status().bab().heldBytes()).isLessThanOrEqualTo(MEMLIMIT);
        }
        assertThat(near.written).isLessThan(there.length);
        far.resume();
        sites.await("the rest", () -> far.receivedBytes() == there.length + 8);
        assertThat(far.received()).isEqualTo(joined(PretendDrbd.FIRST_DATA, there));
        sites.await(
                "memory home",
                () -> sites.a.status().bab().heldBytes() == 0
                        && sites.b.status().bab().heldBytes() == 0);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldTakeADrbdThatDialsAnewWhileItsLastBacklogStillFillsTheBab() {
        TwoSites sites = sites("none");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b);
        far.readingStopped = true;
        near.send(writes(100, 32 << 10));
        sites.await("a full BAB", () -> data(sites.a).transmit().stalls() > 0);
        near.reset();
        Socket again = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("the far DRBD", () -> sites.b.drbd.accepted().size() == 2);
        Socket farAgain = sites.b.drbd.accepted().get(1);
        byte[] there = writes(10, 32 << 10);
        again.send(there);
        sites.await("delivery", () -> farAgain.receivedBytes() == there.length + 8);
        assertThat(farAgain.received()).isEqualTo(joined(PretendDrbd.FIRST_DATA, there));
        sites.await("the end of the last session", () -> far.closed || far.fin);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldPassFinAsFinAfterAllBytesAndKeepTheOtherHalfOpen() {
        TwoSites sites = sites("lz4");
        sites.wan().bytesPerSecond(2_000_000);
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b);
        byte[] there = writes(60, 32 << 10);
        near.send(there);
        near.finish();
        sites.await("fin", () -> far.fin);
        assertThat(far.received()).isEqualTo(joined(PretendDrbd.FIRST_DATA, there));
        byte[] back = writes(3, 4096);
        far.send(back);
        far.finish();
        sites.await("the other half", () -> near.fin);
        assertThat(near.received()).isEqualTo(back);
        sites.await("ready again", () -> sites.a.isReady() && sites.b.isReady());
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldDeliverABacklogThoughBothDrbdsHaveSentFinAlready() {
        TwoSites sites = sites("zstd level 1");
        sites.wan().bytesPerSecond(200_000);
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b);
        byte[] there = writes(40, 16 << 10);
        near.send(there);
        near.finish();
        far.finish();
        sites.await("the near half", () -> near.fin);
        sites.await("fin", () -> far.fin);
        assertThat(far.received()).isEqualTo(joined(PretendDrbd.FIRST_DATA, there));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldChangeTheCodecOfALivingSessionWithoutClosingItOrChangingAByte() {
        TwoSites sites = sites("none");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b);
        byte[] sent = PretendDrbd.FIRST_DATA;
        for (String codec : List.of("none", "zstd level 1", "none", "zstd level 1 long 20", "lz4", "none")) {
            sites.a.put(MEMLIMIT, codec);
            long before = data(sites.a).transmit().wireBytes();
            byte[] there = writes(30, 16 << 10);
            sent = joined(sent, there);
            near.send(there);
            int total = sent.length;
            sites.await("delivery with " + codec, () -> far.receivedBytes() == total);
            long wire = data(sites.a).transmit().wireBytes() - before;
            assertThat(wire < there.length * 3L / 4).as(codec).isEqualTo(!codec.equals("none"));
        }
        assertThat(far.received()).isEqualTo(sent);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldPassAResetAsAReset() {
        TwoSites sites = sites("none");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b);
        sites.await("established", () -> data(sites.a).state() == ChannelState.ESTABLISHED);
        near.reset();
        sites.await("reset", () -> far.closed);
        assertThat(far.fin).isFalse();
        assertThat(far.cause).hasMessageContaining("reset");
        sites.await("ready again", () -> sites.a.isReady() && sites.b.isReady());
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldLetTheLocalDrbdGoWithinHalfASecondWhenTheFarOneCannotBeReached() {
        TwoSites sites = sites("none");
        sites.network.line("10.0.2.1", "10.0.2.2").cut(true);
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("open", () -> near.open);
        long before = sites.loop.nowNs();
        sites.await("let go", () -> near.fin);
        assertThat(sites.loop.nowNs() - before).isLessThan(500_000_000L);
        assertThat(near.cause).isNull();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldLetTheLocalDrbdGoWithinHalfASecondWhenThereIsNoBridge() {
        TwoSites sites = new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator());
        sites.a.start(MEMLIMIT, "none");
        sites.loop.runFor(SECOND);
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("open", () -> near.open);
        long before = sites.loop.nowNs();
        sites.await("let go", () -> near.fin);
        assertThat(sites.loop.nowNs() - before).isLessThan(500_000_000L);
        assertThat(sites.events).anyMatch(one -> one.contains("no bridge"));
        sites.closeAndProveEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1", "SSH-2.0-OpenSSH_9"})
    void shouldRefuseAStrangerInOneSentenceAndTakeTheNextDrbd(String says) {
        TwoSites sites = sites("none");
        Socket stranger = sites.a.drbd.dial(
                sites.a.addresses.inside(), says.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        sites.await("refusal", () -> stranger.fin || stranger.closed);
        assertThat(sites.events)
                .anyMatch(one -> one.contains("which is not DRBD") && one.contains(says.substring(0, 3)));
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b);
        sites.await("first packet", () -> far.receivedBytes() == 8);
        assertThat(near.closed).isFalse();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldHoldNothingWhenTheBridgeBreaksWhileAChannelIsEnding() {
        TwoSites sites = sites("none");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_META);
        acceptedBy(sites, sites.b);
        sites.await(
                "established",
                () -> sites.a.status().channels().stream().anyMatch(one -> one.state() == ChannelState.ESTABLISHED));
        near.finish();
        sites.await(
                "its end",
                () -> sites.a.status().channels().stream().anyMatch(one -> one.state() == ChannelState.STOPPING));
        sites.network.kill(sites.b.transport);
        sites.await("the other half", () -> near.closed);
        sites.b.start(MEMLIMIT, "none");
        sites.await("ready again", () -> sites.a.isReady() && sites.b.isReady());
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldBeReadyAgainAfterThePeerForebayWasKilled() {
        TwoSites sites = sites("zstd level 1");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        acceptedBy(sites, sites.b);
        near.send(writes(20, 32 << 10));
        sites.network.kill(sites.b.transport);
        sites.b.start(MEMLIMIT, "zstd level 1");
        sites.await("the local DRBD let go", () -> near.closed);
        sites.await("ready again", () -> sites.a.isReady() && sites.b.isReady());
        Socket next = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("the far DRBD", () -> sites.b.drbd.accepted().size() == 2);
        Socket far = sites.b.drbd.accepted().get(1);
        byte[] there = writes(3, 4096);
        next.send(there);
        sites.await("delivery", () -> far.receivedBytes() == there.length + 8);
        assertThat(far.received()).isEqualTo(joined(PretendDrbd.FIRST_DATA, there));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldRefuseWhoeverIsNotAForebayAtTheOutsideAndDisturbNobody() {
        TwoSites sites = sites("none");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b);
        InetSocketAddress outside = sites.b.addresses.outside();
        byte[] garbage = new byte[4000];
        random.nextBytes(garbage);
        Socket stranger = sites.a.drbd.dial(outside, garbage);
        Socket silent = sites.a.drbd.dial(outside, new byte[0]);
        sites.await("the stranger's end", () -> stranger.closed);
        sites.await("the silent one's end", () -> silent.closed);
        byte[] there = writes(3, 4096);
        near.send(there);
        sites.await("delivery", () -> far.receivedBytes() == there.length + 8);
        assertThat(sites.events).anyMatch(one -> one.contains("no record"));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldDeliverNoWrongByteAndDisturbNobodyWhenABitOnTheWanIsFlipped() {
        int whole = 0;
        for (int flip = 0; flip < 40; flip++) {
            TwoSites sites = sites(flip % 2 == 0 ? "none" : "zstd level 1");
            Socket meta = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_META);
            sites.await("the far meta", () -> !sites.b.drbd.accepted().isEmpty());
            Socket data = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
            sites.await("the far data", () -> sites.b.drbd.accepted().size() == 2);
            Socket far = sites.b.drbd.accepted().get(1);
            sites.await("first packet", () -> far.receivedBytes() == 8);
            byte[] there = writes(20, 16 << 10);
            byte[] all = joined(PretendDrbd.FIRST_DATA, there);
            sites.wan().flipBitAfter(random.nextInt(there.length / 3));
            data.send(there);
            sites.await("the end", () -> far.fin || far.closed || far.receivedBytes() == all.length);
            assertThat(far.received()).isEqualTo(java.util.Arrays.copyOf(all, far.receivedBytes()));
            whole += far.receivedBytes() == all.length ? 1 : 0;
            assertThat(far.fin).isFalse();
            assertThat(meta.closed || meta.fin).isFalse();
            assertThat(sites.events)
                    .anyMatch(one ->
                            one.contains("peer violated the protocol") || one.contains("codec or peer at fault"));
            sites.closeAndProveEmpty();
        }
        assertThat(whole).as("sessions that went on").isPositive();
    }
}
