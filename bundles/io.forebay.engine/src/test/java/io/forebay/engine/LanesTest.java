/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.WanLinks;
import io.forebay.api.state.ChannelState;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import io.forebay.testkit.SimulatedConnection;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A data channel that is spread over several links. */
class LanesTest {

    private static final long MEMLIMIT = 8 << 20;
    private static final long SECOND = TwoSites.SECOND;

    private final long seed = 20261301;
    private final Random random = new Random(seed);

    private TwoSites sites(String codec, int links, DialMode ofA, DialMode ofB) {
        TwoSites sites = new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator());
        sites.wan().delayNs(5_000_000).bytesPerSecond(20_000_000);
        sites.a.dial = ofA;
        sites.b.dial = ofB;
        sites.b.links = new WanLinks(links, List.of());
        return sites.start(MEMLIMIT, codec);
    }

    private static Socket established(TwoSites sites) {
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("the far DRBD", () -> !sites.b.drbd.accepted().isEmpty());
        sites.await("established", () -> isEstablished(sites.a) && isEstablished(sites.b));
        return near;
    }

    private static boolean isEstablished(TwoSites.Site site) {
        return site.status().channels().stream().anyMatch(one -> one.state() == ChannelState.ESTABLISHED);
    }

    private static List<SimulatedConnection> links(TwoSites sites) {
        return sites.network.connections().stream()
                .filter(one -> one.localAddress().getAddress().getHostAddress().startsWith("10.9.0.1"))
                .toList();
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        for (int at = 0; at < bytes; at++) {
            noise[at] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : at / 100);
        }
        return noise;
    }

    private static byte[] behindFirst(Socket far) {
        byte[] all = far.received();
        return Arrays.copyOfRange(all, PretendDrbd.FIRST_DATA.length, all.length);
    }

    @ParameterizedTest
    @CsvSource({
        "none, 2, BOTH, BOTH",
        "none, 16, OUTBOUND, INBOUND",
        "zstd level 1, 4, INBOUND, OUTBOUND",
        "zstd level 1 long 20, 4, BOTH, BOTH",
        "lz4, 3, BOTH, INBOUND"
    })
    void shouldCarryBothDirectionsInOrderAndEndThemWithFin(String codec, int links, DialMode ofA, DialMode ofB) {
        TwoSites sites = sites(codec, links, ofA, ofB);
        int standby = links(sites).size();
        Socket near = established(sites);
        Socket far = sites.b.drbd.accepted().get(0);
        sites.await("links", () -> links(sites).size() >= standby + links);
        byte[] there = noise(5_000_000);
        byte[] back = noise(2_000_000);
        near.send(there);
        far.send(back);
        near.finish();
        far.finish();
        sites.await("all", () -> far.fin && near.fin);
        assertThat(behindFirst(far)).isEqualTo(there);
        assertThat(near.received()).isEqualTo(back);
        near.close();
        far.close();
        sites.closeAndProveEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "zstd level 1", "zstd level 1 long 20"})
    void shouldCarryEveryByteOnceThoughOneOrOtherLinkBreaksAgainAndAgain(String codec) {
        TwoSites sites = sites(codec, 4, DialMode.BOTH, DialMode.BOTH);
        Socket near = established(sites);
        Socket far = sites.b.drbd.accepted().get(0);
        byte[] there = noise(8_000_000);
        byte[] back = noise(900_000);
        near.send(there);
        far.send(back);
        int breaks = 0;
        while (far.receivedBytes() < there.length + 8 && breaks < 1000) {
            sites.loop.runFor(random.nextInt(200) * 1_000_000L);
            List<SimulatedConnection> links = links(sites);
            links.get(random.nextInt(links.size())).breakOff();
            breaks++;
        }
        sites.await("the rest", () -> far.receivedBytes() == there.length + 8 && near.receivedBytes() == back.length);
        assertThat(behindFirst(far)).isEqualTo(there);
        assertThat(near.received()).isEqualTo(back);
        assertThat(near.closed || near.fin || far.closed || far.fin).isFalse();
        assertThat(sites.events).anyMatch(one -> one.contains("resuming -> established"));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldGoOnOverTheOthersWhenOneOfSeveralPathsIsDead() throws Exception {
        TwoSites sites = new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator());
        for (String path : List.of("10.9.0.11", "10.9.0.12")) {
            sites.network.line(path, "10.9.0.2").delayNs(5_000_000).bytesPerSecond(5_000_000);
        }
        sites.a.dial = DialMode.OUTBOUND;
        sites.a.links =
                new WanLinks(4, List.of(InetAddress.getByName("10.9.0.11"), InetAddress.getByName("10.9.0.12")));
        sites.start(MEMLIMIT, "none");
        Socket near = established(sites);
        Socket far = sites.b.drbd.accepted().get(0);
        byte[] there = noise(20_000_000);
        near.send(there);
        sites.loop.runFor(SECOND);
        Set<String> used = links(sites).stream()
                .map(one -> one.localAddress().getAddress().getHostAddress())
                .collect(Collectors.toSet());
        assertThat(used).containsExactlyInAnyOrder("10.9.0.11", "10.9.0.12");
        sites.network.line("10.9.0.11", "10.9.0.2").cut(true);
        sites.await("the rest", () -> far.receivedBytes() == there.length + 8);
        assertThat(behindFirst(far)).isEqualTo(there);
        assertThat(near.closed || near.fin).isFalse();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldBeAboutSoManyTimesAsFastWhereOneConnectionDoesNotFillTheLine() {
        long oneNs = transferNs(1);
        long fourNs = transferNs(4);
        assertThat(fourNs).isLessThan(oneNs / 2);
    }

    /** How long some data takes over a long line on which each connection has no more than a small window. */
    private long transferNs(int links) {
        TwoSites sites = new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator());
        sites.wan().delayNs(50_000_000).bytesPerSecond(100_000_000).windowBytes(64 << 10);
        sites.a.links = new WanLinks(links, List.of());
        sites.start(4 * MEMLIMIT, "none");
        Socket near = established(sites);
        Socket far = sites.b.drbd.accepted().get(0);
        sites.loop.runFor(2 * SECOND);
        long beforeNs = sites.loop.nowNs();
        byte[] there = noise(8_000_000);
        near.send(there);
        sites.await("all", () -> far.receivedBytes() == there.length + 8);
        long tookNs = sites.loop.nowNs() - beforeNs;
        sites.closeAndProveEmpty();
        return tookNs;
    }

    @Test
    void shouldStopReadingWhatIsAheadAndNeverHoldMoreThanItsBuffers() {
        TwoSites sites = sites("none", 4, DialMode.BOTH, DialMode.BOTH);
        Socket near = established(sites);
        Socket far = sites.b.drbd.accepted().get(0);
        far.readingStopped = true;
        byte[] there = noise(30_000_000);
        near.send(there);
        sites.loop.runFor(20 * SECOND);
        assertThat(sites.b.status().bab().heldBytes()).isLessThanOrEqualTo(MEMLIMIT);
        assertThat(sites.a.status().bab().heldBytes()).isLessThanOrEqualTo(MEMLIMIT);
        assertThat(isEstablished(sites.a)).isTrue();
        far.resume();
        sites.await("the rest", () -> far.receivedBytes() == there.length + 8);
        assertThat(behindFirst(far)).isEqualTo(there);
        sites.closeAndProveEmpty();
    }
}
