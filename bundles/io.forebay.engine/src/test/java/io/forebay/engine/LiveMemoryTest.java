/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.bab.direct.DirectBabAllocator;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import io.forebay.testkit.TrackingAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory of a relay at work is exchanged, and DRBD notices nothing. */
class LiveMemoryTest {

    private static final long MIB = 1 << 20;
    private static final long SECOND = TwoSites.SECOND;

    private final long seed = 20261122;
    private final Random random = new Random(seed);
    private final Choosy choosy = new Choosy();

    /** An allocator that opens only so much at once. */
    private static final class Choosy implements BabAllocator {
        private final BabAllocator inner = new HeapBabAllocator();
        private long mostBytes = Long.MAX_VALUE;

        @Override
        public String name() {
            return inner.name();
        }

        @Override
        public BabMemory open(String owner, long limitBytes, int segmentBytes) throws BabException {
            if (limitBytes > mostBytes) {
                throw new BabException("there is no room for " + limitBytes);
            }
            return inner.open(owner, limitBytes, segmentBytes);
        }
    }

    private TwoSites sites(long memlimit, String codec) {
        TwoSites sites = new TwoSites(seed, choosy, new DirectBabAllocator());
        sites.wan().delayNs(2_000_000).bytesPerSecond(100_000_000).windowBytes(1 << 20);
        return sites.start(memlimit, codec);
    }

    private byte[] halfRandom(int bytes) {
        byte[] data = new byte[bytes];
        random.nextBytes(data);
        for (int at = 0; at < bytes; at += 8192) {
            Arrays.fill(data, at, Math.min(bytes, at + 4096), (byte) at);
        }
        return data;
    }

    private static Socket acceptedBy(TwoSites sites, TwoSites.Site site, int number) {
        sites.await("dial of the far DRBD", () -> site.drbd.accepted().size() > number);
        return site.drbd.accepted().get(number);
    }

    private static ChannelStatus data(TwoSites.Site site) {
        return site.status().channels().stream()
                .filter(one -> one.type() == ChannelType.DATA)
                .findFirst()
                .orElseThrow();
    }

    private static void assertReceived(Socket socket, byte[] first, byte[] rest) {
        byte[] received = socket.received();
        assertThat(received.length).isEqualTo(first.length + rest.length);
        assertThat(Arrays.equals(received, 0, first.length, first, 0, first.length))
                .isTrue();
        assertThat(Arrays.mismatch(received, first.length, received.length, rest, 0, rest.length))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "lz4", "zstd level 1 long 20"})
    void shouldCarryEveryByteWhileTheMemlimitChangesAgainAndAgain(String codec) {
        TwoSites sites = sites(MIB, codec);
        Socket data = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket farData = acceptedBy(sites, sites.b, 0);
        Socket meta = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_META);
        Socket farMeta = acceptedBy(sites, sites.b, 1);
        sites.await(
                "established",
                () -> sites.a.status().channels().stream().allMatch(one -> one.state() == ChannelState.ESTABLISHED));
        sites.loop.runFor(SECOND);
        sites.events.clear();
        byte[] there = halfRandom(48 << 20);
        byte[] back = halfRandom(12 << 20);
        byte[] pings = halfRandom(20_000);
        data.send(there);
        farData.send(back);
        for (int i = 0; i < 50; i++) {
            TwoSites.Site site = random.nextBoolean() ? sites.a : sites.b;
            site.memlimit(i % 10 == 9 ? MIB : (long) (MIB * Math.pow(512, random.nextDouble())));
            meta.send(Arrays.copyOfRange(pings, i * 400, (i + 1) * 400));
            sites.loop.runFor(random.nextInt(20_000_000));
            if (random.nextInt(4) == 0) {
                farData.readingStopped = true;
                sites.loop.runFor(random.nextInt(50_000_000));
                farData.resume();
            }
        }
        sites.await(
                "delivery",
                () -> farData.receivedBytes() == there.length + 8
                        && data.receivedBytes() == back.length
                        && farMeta.receivedBytes() == pings.length + 8);
        assertReceived(farData, PretendDrbd.FIRST_DATA, there);
        assertReceived(data, new byte[0], back);
        assertReceived(farMeta, PretendDrbd.FIRST_META, pings);
        for (TwoSites.Site site : List.of(sites.a, sites.b)) {
            site.memlimit(3 * MIB);
            sites.await("memory home", () -> site.status().bab().heldBytes() == 0);
            sites.await(
                    "one memory",
                    () -> site.allocator.open() == 1 && site.status().bab().limitBytes() == 3 * MIB);
            assertThat(site.allocator.leasedBytes())
                    .as("leased ahead")
                    .isLessThanOrEqualTo(4L * site.status().bab().segmentBytes());
        }
        assertThat(data.closed || farData.closed || meta.closed || farMeta.closed)
                .isFalse();
        assertThat(sites.events).isEmpty();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldBeDoneAtOnceWhileNothingIsHeld() {
        TwoSites sites = sites(16 * MIB, "none");
        sites.events.clear();
        for (long limit : new long[] {512 * MIB, MIB, 24 * MIB}) {
            sites.a.memlimit(limit);
            sites.loop.runFor(1);
            assertThat(sites.a.status().bab().limitBytes()).isEqualTo(limit);
            assertThat(sites.a.status().bab().segmentBytes()).isEqualTo(MemoryPlan.segmentBytesFor(limit));
            assertThat(sites.a.status().problem()).isEmpty();
            assertThat(sites.a.allocator.open()).isEqualTo(1);
        }
        assertThat(sites.events).isEmpty();
        sites.closeAndProveEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldWorkWithLargeRecordsOnceTheLimitIsRaised(boolean inSession) {
        TwoSites sites = sites(MIB, "none");
        if (!inSession) {
            sites.a.memlimit(512 * MIB);
            sites.b.memlimit(512 * MIB);
        }
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b, 0);
        sites.await("its first packet", () -> far.receivedBytes() == 8);
        sites.a.memlimit(512 * MIB);
        sites.b.memlimit(512 * MIB);
        sites.loop.runFor(SECOND);
        byte[] there = halfRandom(64 << 20);
        near.send(there);
        sites.await("delivery", () -> far.receivedBytes() == there.length + 8);
        assertReceived(far, PretendDrbd.FIRST_DATA, there);
        assertThat(data(sites.a).transmit().wireBytes()
                        / data(sites.a).transmit().records())
                .isGreaterThan(16 << 10);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldReadNoMoreOfDrbdUntilTheBacklogIsBelowALoweredLimit() {
        TwoSites sites = sites(32 * MIB, "none");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b, 0);
        sites.await("its first packet", () -> far.receivedBytes() == 8);
        far.readingStopped = true;
        byte[] there = halfRandom(64 << 20);
        near.send(there);
        sites.await("a full BAB", () -> data(sites.a).transmit().stalls() > 0);
        sites.loop.runFor(SECOND);
        long heldBytes = sites.a.status().bab().heldBytes();
        long written = near.written;
        assertThat(heldBytes).isGreaterThan(16 * MIB);
        sites.a.memlimit(2 * MIB);
        sites.loop.runFor(5 * SECOND);
        assertThat(near.written).as("but what fills the last piece").isBetween(written, written + 256 * 1024);
        assertThat(sites.a.status().bab().heldBytes()).isLessThanOrEqualTo(heldBytes);
        assertThat(sites.a.status().bab().limitBytes()).isEqualTo(2 * MIB);
        far.resume();
        sites.await("less held", () -> sites.a.status().bab().heldBytes() <= 2 * MIB);
        assertThat(far.receivedBytes()).isLessThan(there.length);
        sites.await("the rest", () -> {
            assertThat(sites.a.status().bab().heldBytes()).isLessThanOrEqualTo(2 * MIB);
            return far.receivedBytes() == there.length + 8;
        });
        assertReceived(far, PretendDrbd.FIRST_DATA, there);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldSayThatASessionNeedsMoreThanALoweredLimitAndObeyItOnceThatHasEnded() {
        TwoSites sites = sites(512 * MIB, "none");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b, 0);
        sites.await("its first packet", () -> far.receivedBytes() == 8);
        sites.a.memlimit(MIB);
        sites.loop.runFor(SECOND);
        assertThat(sites.a.status().problem()).contains("memlimit 1048576 is not in full effect");
        byte[] there = halfRandom(8 << 20);
        byte[] back = halfRandom(64 << 20);
        near.send(there);
        far.send(back);
        sites.await("delivery", () -> far.receivedBytes() == there.length + 8 && near.receivedBytes() == back.length);
        assertReceived(far, PretendDrbd.FIRST_DATA, there);
        assertReceived(near, new byte[0], back);
        near.close();
        sites.await("the end", () -> far.fin);
        far.close();
        sites.await("no problem", () -> sites.a.status().problem().isEmpty());
        sites.await(
                "suitable memory",
                () -> sites.a.status().bab().segmentBytes() == MemoryPlan.segmentBytesFor(MIB)
                        && sites.a.allocator.open() == 1);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldSayWhyMemoryCannotBeHadAndTakeItOnceItCan() {
        TwoSites sites = sites(16 * MIB, "none");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b, 0);
        sites.await("its first packet", () -> far.receivedBytes() == 8);
        choosy.mostBytes = 16 * MIB;
        sites.a.memlimit(64 * MIB);
        sites.loop.runFor(SECOND);
        assertThat(sites.a.status().problem())
                .isEqualTo("test: memlimit = 67108864, allocator = heap: 16777216 of heap stay in force:"
                        + " there is no room for 67108864");
        assertThat(sites.a.status().bab().limitBytes()).isEqualTo(16 * MIB);
        near.send(new byte[1000]);
        sites.await("delivery", () -> far.receivedBytes() == 1008);
        choosy.mostBytes = 64 * MIB;
        sites.await("the new limit", () -> sites.a.status().bab().limitBytes() == 64 * MIB);
        assertThat(sites.a.status().problem()).isEmpty();
        assertThat(near.closed || far.closed).isFalse();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldGoBackToTheFormerMemoryIfItWasGivenUpInVain() {
        TwoSites sites = sites(16 * MIB, "none");
        choosy.mostBytes = 16 * MIB;
        sites.a.memlimit(64 * MIB);
        sites.loop.runFor(SECOND);
        assertThat(sites.a.status().problem()).contains("there is no room");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b, 0);
        sites.await("its first packet", () -> far.receivedBytes() == 8);
        assertThat(near.closed).isFalse();
        sites.a.memlimit(16 * MIB);
        sites.await("no problem", () -> sites.a.status().problem().isEmpty());
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldKeepWhatIsReservedWhateverChanges() {
        TwoSites sites = sites(16 * MIB, "none");
        TrackingAllocator direct = new TrackingAllocator(new DirectBabAllocator());
        sites.a.engine.addAllocator(PlugIn.plain(direct.name(), direct));
        sites.a.reserve(8 * MIB);
        sites.await("the reserve, without a channel", () -> sites.a.allocator.leasedBytes() == 8 * MIB);
        assertThat(sites.b.allocator.leasedBytes()).isZero();
        sites.a.memlimit(64 * MIB);
        sites.await(
                "it in larger segments",
                () -> sites.a.allocator.leasedBytes() == 8 * MIB
                        && sites.a.status().bab().segmentBytes() == MemoryPlan.segmentBytesFor(64 * MIB));
        sites.a.memory(64 * MIB, "direct");
        sites.await("it of another allocator", () -> direct.leasedBytes() == 8 * MIB);
        assertThat(sites.a.allocator.leasedBytes()).isZero();
        sites.a.reserve(2 * MIB);
        sites.await("a smaller one", () -> direct.leasedBytes() == 2 * MIB);
        assertThat(direct.open()).isEqualTo(1);
        assertThat(sites.a.status().problem()).isEmpty();
        sites.closeAndProveEmpty();
        assertThat(direct.open()).isZero();
        assertThat(direct.leasedBytes()).isZero();
    }

    @Test
    void shouldExchangeTheAllocatorWhileDataFlows() {
        TwoSites sites = sites(16 * MIB, "lz4");
        TrackingAllocator direct = new TrackingAllocator(new DirectBabAllocator());
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b, 0);
        byte[] there = halfRandom(32 << 20);
        near.send(there);
        sites.loop.runFor(SECOND / 10);
        sites.a.memory(16 * MIB, "direct");
        sites.loop.runFor(SECOND / 20);
        assertThat(sites.a.status().problem()).contains("there is no BAB allocator direct");
        sites.a.engine.addAllocator(PlugIn.plain(direct.name(), direct));
        sites.await("delivery", () -> far.receivedBytes() == there.length + 8);
        assertReceived(far, PretendDrbd.FIRST_DATA, there);
        sites.await("the allocator", () -> sites.a.status().bab().allocator().equals("direct"));
        near.send(there);
        sites.await("delivery", () -> far.receivedBytes() == 2 * there.length + 8);
        sites.await("nothing held", () -> sites.a.status().bab().heldBytes() == 0);
        assertThat(sites.a.allocator.open()).isZero();
        assertThat(near.closed || far.closed).isFalse();
        sites.closeAndProveEmpty();
        assertThat(direct.open()).isZero();
        assertThat(direct.leasedBytes()).isZero();
    }

    @Test
    void shouldHoldNoMoreForHeartbeatsBehindDataThatADrbdDoesNotTake() {
        TwoSites sites = sites(MIB, "none");
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket far = acceptedBy(sites, sites.b, 0);
        sites.await("its first packet", () -> far.receivedBytes() == 8);
        far.readingStopped = true;
        near.send(halfRandom(4 << 20));
        sites.loop.runFor(10 * SECOND);
        long heldBytes = sites.b.status().bab().heldBytes();
        sites.loop.runFor(600 * SECOND);
        assertThat(sites.b.status().bab().heldBytes()).isEqualTo(heldBytes).isPositive();
        far.resume();
        sites.await("the rest", () -> far.receivedBytes() == (4 << 20) + 8);
        sites.closeAndProveEmpty();
    }
}
