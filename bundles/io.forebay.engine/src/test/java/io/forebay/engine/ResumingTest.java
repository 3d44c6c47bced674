/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.WanLinks;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.bab.direct.DirectBabAllocator;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import io.forebay.testkit.SimulatedConnection;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of DRBD's connections when links break, fall silent, both DRBDs dial at once, or one gives up a dial. */
class ResumingTest {

    private static final long MEMLIMIT = 1 << 20;
    private static final long SECOND = TwoSites.SECOND;
    private static final byte[] HALF_OF_FIRST_DATA = Arrays.copyOf(PretendDrbd.FIRST_DATA, 4);

    private final long seed = 20261122;
    private final Random random = new Random(seed);

    private TwoSites sites(String codec) {
        return new TwoSites(seed, new HeapBabAllocator(), new DirectBabAllocator()).start(MEMLIMIT, codec);
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        for (int at = 0; at < bytes; at++) {
            noise[at] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : at / 100);
        }
        return noise;
    }

    private static Socket established(TwoSites sites, byte[] first) {
        int before = sites.b.drbd.accepted().size();
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), first);
        sites.await("the far DRBD", () -> sites.b.drbd.accepted().size() > before);
        Socket far = sites.b.drbd.accepted().get(before);
        sites.await("first packet", () -> far.receivedBytes() == 8 && near.open);
        sites.await("established", () -> states(sites.a).contains(ChannelState.ESTABLISHED));
        return near;
    }

    private static List<ChannelState> states(TwoSites.Site site) {
        return site.status().channels().stream()
                .filter(one -> one.type() != ChannelType.UNDEFINED)
                .map(ChannelStatus::state)
                .toList();
    }

    private static List<SimulatedConnection> links(TwoSites sites) {
        return sites.network.connections().stream()
                .filter(one -> one.localAddress().getAddress().getHostAddress().equals("10.9.0.1"))
                .toList();
    }

    /** Both nodes tell their features on a data connection: from then on data and meta share one fate. */
    private static void talk(TwoSites sites, Socket near, Socket far) {
        byte[] features = HexFormat.of().parseHex("83740267fffe0048000000560000000f00000065" + "00".repeat(60));
        near.send(features);
        far.send(features);
        sites.await(
                "features",
                () -> near.receivedBytes() == features.length && far.receivedBytes() == 8 + features.length);
    }

    private static void assertSent(Socket to, byte[] sent, byte[] first) {
        byte[] all = Arrays.copyOf(first, first.length + sent.length);
        System.arraycopy(sent, 0, all, first.length, sent.length);
        assertThat(to.received()).isEqualTo(all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "zstd level 1", "zstd level 1 long 20"})
    void shouldCarryEveryByteOnceThoughTheLinksBreakAgainAndAgain(String codec) {
        TwoSites sites = sites(codec);
        sites.wan().delayNs(5_000_000).bytesPerSecond(4_000_000);
        Socket near = established(sites, PretendDrbd.FIRST_DATA);
        Socket far = sites.b.drbd.accepted().get(0);
        byte[] there = noise(6_000_000);
        byte[] back = noise(900_000);
        near.send(there);
        far.send(back);
        int breaks = 0;
        while (far.receivedBytes() < there.length + 8 && breaks < 1000) {
            sites.loop.runFor((random.nextInt(200)) * 1_000_000L);
            links(sites).forEach(SimulatedConnection::breakOff);
            breaks++;
        }
        sites.await("the rest", () -> far.receivedBytes() == there.length + 8 && near.receivedBytes() == back.length);
        assertSent(far, there, PretendDrbd.FIRST_DATA);
        assertSent(near, back, new byte[0]);
        assertThat(near.closed || near.fin || far.closed || far.fin).isFalse();
        assertThat(breaks).isGreaterThan(10);
        assertThat(sites.events).anyMatch(one -> one.contains("resuming -> established"));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldGoOnWithinASecondOfTheLinesReturnAndKeepDrbdsConnections() {
        TwoSites sites = sites("zstd level 1");
        sites.wan().delayNs(20_000_000);
        Socket data = established(sites, PretendDrbd.FIRST_DATA);
        Socket meta = established(sites, PretendDrbd.FIRST_META);
        for (int cut = 0; cut < 20; cut++) {
            sites.loop.runFor(2 * SECOND);
            sites.wan().cut(true);
            sites.loop.runFor(3 * SECOND + random.nextInt(1000) * 1_000_000L);
            for (Socket far : sites.b.drbd.accepted()) {
                far.send(noise(100));
            }
            int dataBytes = data.receivedBytes();
            int metaBytes = meta.receivedBytes();
            sites.loop.runFor(2 * SECOND);
            assertThat(states(sites.a)).containsOnly(ChannelState.RESUMING);
            assertThat(states(sites.b)).containsOnly(ChannelState.RESUMING);
            sites.wan().cut(false);
            long back = sites.loop.nowNs();
            sites.await(
                    "both again",
                    () -> data.receivedBytes() == dataBytes + 100 && meta.receivedBytes() == metaBytes + 100);
            assertThat(sites.loop.nowNs() - back).isLessThan(SECOND);
        }
        assertThat(data.closed || data.fin || meta.closed || meta.fin).isFalse();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldGiveUpAfterResumeTimeoutAndBeReadyWhenTheLineIsBack() {
        TwoSites sites = sites("none");
        Socket near = established(sites, PretendDrbd.FIRST_DATA);
        Socket far = sites.b.drbd.accepted().get(0);
        sites.wan().cut(true);
        sites.loop.runFor(29 * SECOND);
        assertThat(near.closed || far.closed).isFalse();
        sites.await("the end", () -> near.closed && far.closed);
        assertThat(near.cause).hasMessageContaining("reset");
        assertThat(sites.events).anyMatch(one -> one.contains("resume-timeout"));
        sites.wan().cut(false);
        long back = sites.loop.nowNs();
        sites.await("ready again", () -> sites.a.isReady() && sites.b.isReady());
        assertThat(sites.loop.nowNs() - back).isLessThan(2 * SECOND);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldEndAtOnceWhenThePeerComesBackWithoutTheSession() {
        TwoSites sites = sites("none");
        Socket near = established(sites, PretendDrbd.FIRST_DATA);
        near.send(noise(500_000));
        sites.network.kill(sites.b.transport);
        sites.loop.runFor(3 * SECOND);
        assertThat(near.closed).isFalse();
        long before = sites.loop.nowNs();
        sites.b.start(MEMLIMIT, "none");
        sites.await("the end", () -> near.closed);
        assertThat(sites.loop.nowNs() - before)
                .as(() -> String.join("\n", sites.events))
                .isLessThan(SECOND);
        assertThat(sites.events).anyMatch(one -> one.contains("does not know the session"));
        sites.await("ready again", () -> sites.a.isReady() && sites.b.isReady());
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldDrainABacklogThroughABridgeThatBreaksMeanwhile() {
        TwoSites sites = sites("zstd level 1");
        sites.wan().bytesPerSecond(200_000);
        Socket near = established(sites, PretendDrbd.FIRST_DATA);
        Socket far = sites.b.drbd.accepted().get(0);
        byte[] there = noise(600_000);
        near.send(there);
        sites.loop.runFor(SECOND / 2);
        near.finish();
        for (int i = 0; i < 5; i++) {
            sites.loop.runFor(SECOND / 3);
            links(sites).forEach(SimulatedConnection::breakOff);
        }
        assertThat(states(sites.a)).contains(ChannelState.CLOSE_PENDING);
        sites.await("fin", () -> far.fin);
        assertSent(far, there, PretendDrbd.FIRST_DATA);
        far.finish();
        sites.await("ready again", () -> sites.a.isReady() && sites.b.isReady());
        sites.closeAndProveEmpty();
    }

    /** The heartbeat that meets the end of the far link before TCP sends again what was lost must not be answered with a reset. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldNotSpeakOfLossWhenTheLastConfirmationIsLostAndSentAgain(int links) {
        TwoSites sites = new TwoSites(seed, new HeapBabAllocator(), new DirectBabAllocator());
        sites.a.links = new WanLinks(links, List.of());
        sites.wan().delayNs(100_000_000);
        sites.start(MEMLIMIT, "none");
        Socket near = established(sites, PretendDrbd.FIRST_DATA);
        Socket far = sites.b.drbd.accepted().get(0);
        byte[] there = noise(100_000);
        near.send(there);
        near.finish();
        sites.await("fin", () -> far.fin);
        far.finish();
        sites.loop.runFor(90_000_000);
        sites.wan().cutFrom("10.9.0.2", true);
        sites.loop.runFor(20_000_000);
        sites.wan().cutFrom("10.9.0.2", false);
        sites.await("both ends", () -> stopped(sites, "10.0.1.1") && stopped(sites, "10.0.2.1"));
        assertSent(far, there, PretendDrbd.FIRST_DATA);
        assertThat(sites.events).noneMatch(one -> one.contains("may not have reached") || one.contains("BridgeLost"));
        assertThat(near.fin).isTrue();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldNotWaitForAPeerThatNeverClosesTheLinkOfASessionThatIsOver() {
        TwoSites sites = sites("none");
        Socket near = established(sites, PretendDrbd.FIRST_DATA);
        Socket far = sites.b.drbd.accepted().get(0);
        near.finish();
        sites.await("fin", () -> far.fin);
        sites.wan().cut(true);
        long before = sites.loop.nowNs();
        far.finish();
        sites.await("its end", () -> stopped(sites, "10.0.2.1"));
        assertThat(sites.loop.nowNs() - before).isLessThan(4 * SECOND);
        sites.wan().cut(false);
        sites.await("the other end", () -> stopped(sites, "10.0.1.1"));
        sites.closeAndProveEmpty();
    }

    /** Whether a data channel of the site with this inside address has come to its end. */
    private static boolean stopped(TwoSites sites, String site) {
        return sites.events.stream()
                .anyMatch(one -> one.contains("site " + site) && one.contains("stopping -> stopped"));
    }

    @Test
    void shouldEndTheDrainWhenTheFarDrbdIsGoneToo() {
        TwoSites sites = sites("none");
        sites.wan().bytesPerSecond(100_000);
        Socket near = established(sites, PretendDrbd.FIRST_DATA);
        Socket far = sites.b.drbd.accepted().get(0);
        near.send(noise(600_000));
        sites.loop.runFor(SECOND);
        sites.wan().cut(true);
        sites.loop.runFor(3 * SECOND);
        near.reset();
        far.reset();
        sites.loop.runFor(SECOND);
        int before = far.receivedBytes();
        sites.wan().cut(false);
        long back = sites.loop.nowNs();
        sites.await("memory home", () -> sites.a.status().bab().heldBytes() == 0);
        // The question goes over a bridge in reserve, which TCP itself brings back.
        assertThat(sites.loop.nowNs() - back).isLessThan(3 * SECOND);
        assertThat(far.receivedBytes()).isEqualTo(before);
        assertThat(sites.events).anyMatch(one -> one.contains("may not have reached the far DRBD"));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldDeliverWhatALostPeerHadSentBeforeItEndsTheSession() {
        TwoSites sites = sites("none");
        Socket near = established(sites, PretendDrbd.FIRST_DATA);
        Socket far = sites.b.drbd.accepted().get(0);
        far.readingStopped = true;
        byte[] there = noise(200_000);
        near.send(there);
        sites.loop.runFor(SECOND);
        long arrived = sites.b.status().channels().stream()
                .filter(one -> one.type() == ChannelType.DATA)
                .findFirst()
                .orElseThrow()
                .receive()
                .received();
        assertThat(arrived).isGreaterThan(100_000);
        sites.network.kill(sites.a.transport);
        sites.a.start(MEMLIMIT, "none");
        sites.await("its drain", () -> states(sites.b).contains(ChannelState.CLOSE_PENDING));
        far.resume();
        sites.await("the end", () -> far.closed);
        assertThat(far.receivedBytes()).isEqualTo((int) arrived);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldEndTheDrainWhenTheSameDrbdDialsAgain() {
        TwoSites sites = sites("none");
        sites.wan().bytesPerSecond(50_000);
        Socket near = established(sites, PretendDrbd.FIRST_DATA);
        Socket far = sites.b.drbd.accepted().get(0);
        near.send(noise(600_000));
        sites.loop.runFor(SECOND);
        near.close();
        sites.await("its drain", () -> states(sites.a).contains(ChannelState.CLOSE_PENDING));
        sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("its end", () -> far.closed);
        assertThat(far.receivedBytes()).isLessThan(600_008);
        sites.await("the next session", () -> sites.b.drbd.accepted().size() == 2);
        sites.closeAndProveEmpty();
    }

    /** By both DRBDs at once, or the second some milliseconds later, up to more than the line's delay. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 30, 49, 50, 51, 60, 99})
    void shouldLetOneOfTwoCrossedConnectionsWinAtOnce(int laterMs) {
        TwoSites sites = sites("none");
        sites.wan().delayNs(50_000_000);
        sites.loop.runFor(SECOND);
        Socket ofA = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.loop.runFor(laterMs * 1_000_000L);
        Socket ofB = sites.b.drbd.dial(sites.b.addresses.inside(), PretendDrbd.FIRST_DATA);
        long before = sites.loop.nowNs();
        sites.await("one of them gone", () -> ofA.fin || ofB.fin);
        assertThat(sites.loop.nowNs() - before).isLessThan(200_000_000L);
        sites.loop.runFor(SECOND);
        assertThat(ofA.fin).isNotEqualTo(ofB.fin);
        assertThat(sites.a.drbd.accepted()).hasSize(ofA.fin ? 1 : 0);
        assertThat(sites.b.drbd.accepted()).hasSize(ofA.fin ? 0 : 1);
        assertThat(states(sites.a)).contains(ChannelState.ESTABLISHED);
        assertThat(states(sites.b)).contains(ChannelState.ESTABLISHED);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldTakeAConnectionThatADrbdDialsAnewAfterItsSessionHasBegun() {
        TwoSites sites = sites("none");
        Socket data = established(sites, PretendDrbd.FIRST_DATA);
        talk(sites, data, sites.b.drbd.accepted().get(0));
        Socket anew = sites.b.drbd.dial(sites.b.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("the other direction", () -> sites.a.drbd.accepted().size() == 1);
        assertThat(anew.fin || anew.closed).isFalse();
        assertThat(sites.a.status().channels()).anyMatch(one -> one.type() == ChannelType.DATA);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldKeepAConnectionWhoseGivenUpPredecessorHadItsFirstPacketStillToDeliver() {
        TwoSites sites = sites("none");
        sites.wan().delayNs(30_000_000);
        sites.loop.runFor(10 * SECOND); // so that the round trip is known, by which the first packet comes later
        Socket givenUp = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("the far DRBD", () -> sites.b.drbd.accepted().size() == 1);
        givenUp.close();
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), HALF_OF_FIRST_DATA);
        succeed(sites, near, sites.b);
        sites.b.drbd.accepted().get(0).close();
        assertOutlives(sites, near, "what the peer had sent is delivered");
    }

    @Test
    void shouldKeepAConnectionWhoseGivenUpPredecessorTheFarDrbdKeepsHalfOpen() {
        TwoSites sites = sites("none");
        sites.wan().delayNs(30_000_000);
        sites.loop.runFor(SECOND);
        Socket givenUp = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("the far DRBD", () -> sites.b.drbd.accepted().size() == 1);
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), HALF_OF_FIRST_DATA);
        sites.await("the second dial", () -> near.open);
        givenUp.finish();
        succeed(sites, near, sites.a);
        assertOutlives(sites, near, "not drained within drain-timeout");
    }

    /** Once the given-up connection drains at a site, says what lacks of the first packet; then the nodes talk. */
    private static void succeed(TwoSites sites, Socket near, TwoSites.Site draining) {
        sites.await("its drain", () -> states(draining).contains(ChannelState.CLOSE_PENDING));
        near.send(Arrays.copyOfRange(PretendDrbd.FIRST_DATA, HALF_OF_FIRST_DATA.length, 8));
        sites.await("the far DRBD again", () -> sites.b.drbd.accepted().size() == 2);
        Socket far = sites.b.drbd.accepted().get(1);
        sites.await("first packet", () -> far.receivedBytes() == 8);
        sites.b.drbd.dial(sites.b.addresses.inside(), PretendDrbd.FIRST_META);
        sites.await("meta", () -> sites.a.drbd.accepted().size() == 1);
        talk(sites, near, far);
    }

    private static void assertOutlives(TwoSites sites, Socket near, String endOfThePredecessor) {
        sites.await(
                "the end of the predecessor",
                () -> sites.events.stream()
                        .anyMatch(one -> one.contains("stopped Closed[reason=" + endOfThePredecessor)));
        sites.loop.runFor(SECOND);
        Socket far = sites.b.drbd.accepted().get(1);
        Socket meta = sites.a.drbd.accepted().get(0);
        assertThat(List.of(near, far, meta))
                .as(() -> String.join("\n", sites.events))
                .noneMatch(one -> one.fin || one.closed);
        for (TwoSites.Site site : List.of(sites.a, sites.b)) {
            assertThat(states(site)).containsExactly(ChannelState.ESTABLISHED, ChannelState.ESTABLISHED);
            assertThat(site.status().channels())
                    .filteredOn(one -> one.type() != ChannelType.UNDEFINED)
                    .extracting(ChannelStatus::drbd)
                    .allMatch(one -> one.startsWith("Features"));
        }
        sites.closeAndProveEmpty();
    }
}
