/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.SocketOptions;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import io.forebay.testkit.SimulatedConnection;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who dials the WAN, when only one site can, or is to; and what is said when the sites contradict each other. */
class DialModeTest {

    private static final long MEMLIMIT = 1 << 20;
    private static final long SECOND = TwoSites.SECOND;
    private static final int OUTSIDE_PORT = 7790;

    /** Nobody has it: what is dialled there goes nowhere, as behind a NAT. */
    private static final String NOWHERE = "10.9.9.9";

    private final long seed = 20261201;
    private final Random random = new Random(seed);

    private TwoSites sites(DialMode ofA, DialMode ofB) {
        TwoSites sites = new TwoSites(seed, new HeapBabAllocator(), new HeapBabAllocator());
        sites.wan().delayNs(10_000_000);
        sites.network.line("10.9.0.1", NOWHERE).cut(true);
        sites.network.line("10.9.0.2", NOWHERE).cut(true);
        sites.a.dial = ofA;
        sites.b.dial = ofB;
        return sites;
    }

    private static TwoSites started(TwoSites sites) {
        sites.start(MEMLIMIT, "zstd level 1");
        return sites;
    }

    private static Socket established(TwoSites sites, TwoSites.Site near, TwoSites.Site far, byte[] first) {
        int before = far.drbd.accepted().size();
        Socket socket = near.drbd.dial(near.addresses.inside(), first);
        sites.await("the far DRBD", () -> far.drbd.accepted().size() > before);
        sites.await("both ends", () -> count(near, ChannelState.ESTABLISHED) == count(far, ChannelState.ESTABLISHED));
        return socket;
    }

    private static long count(TwoSites.Site site, ChannelState state) {
        return site.status().channels().stream()
                .filter(one -> one.state() == state)
                .count();
    }

    private static List<ChannelState> inUse(TwoSites.Site site) {
        return site.status().channels().stream()
                .filter(one -> one.type() != ChannelType.UNDEFINED)
                .map(ChannelStatus::state)
                .toList();
    }

    /** The ends of WAN links at a site, by whether it dialled them. */
    private static List<SimulatedConnection> links(TwoSites sites, TwoSites.Site site, boolean dialled) {
        String ip = site.addresses.outside().getAddress().getHostAddress();
        return sites.network.connections().stream()
                .filter(one -> one.localAddress().getAddress().getHostAddress().equals(ip))
                .filter(one -> (one.localAddress().getPort() != OUTSIDE_PORT) == dialled)
                .toList();
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return noise;
    }

    @ParameterizedTest
    @CsvSource({"OUTBOUND, INBOUND", "OUTBOUND, BOTH", "BOTH, INBOUND", "BOTH, BOTH"})
    void shouldCarryBothDirectionsOfDiallingOverLinksThatOneSiteDialled(DialMode ofA, DialMode ofB) {
        TwoSites sites = sites(ofA, ofB);
        sites.b.peer(NOWHERE);
        started(sites);
        Socket data = established(sites, sites.a, sites.b, PretendDrbd.FIRST_DATA);
        Socket meta = established(sites, sites.b, sites.a, PretendDrbd.FIRST_META);
        byte[] there = noise(2_000_000);
        byte[] back = noise(1000);
        data.send(there);
        meta.send(back);
        Socket dataFar = sites.b.drbd.accepted().get(0);
        Socket metaFar = sites.a.drbd.accepted().get(0);
        for (int cut = 0; cut < 10; cut++) {
            sites.loop.runFor(random.nextInt(300) * 1_000_000L);
            links(sites, sites.a, true).forEach(SimulatedConnection::breakOff);
        }
        sites.wan().cut(true);
        sites.loop.runFor(3 * SECOND);
        sites.wan().cut(false);
        sites.await(
                "all bytes",
                () -> dataFar.receivedBytes() == 8 + there.length && metaFar.receivedBytes() == 8 + back.length);
        sites.await("bridges again", () -> count(sites.a, ChannelState.ESTABLISHED) == 2);
        assertThat(dataFar.received()).endsWith(there);
        assertThat(metaFar.received()).endsWith(back);
        assertThat(data.closed || meta.closed || dataFar.closed || metaFar.closed)
                .isFalse();
        assertThat(links(sites, sites.a, true)).isNotEmpty();
        assertThat(links(sites, sites.b, true)).isEmpty();
        assertThat(sites.events).anyMatch(one -> one.contains("resuming -> established"));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldSayAtBothEndsOfAHealthyRelayThatOnlyOneSiteCanDial() {
        TwoSites sites = sites(DialMode.BOTH, DialMode.BOTH);
        sites.b.peer(NOWHERE);
        started(sites);
        established(sites, sites.a, sites.b, PretendDrbd.FIRST_DATA);
        established(sites, sites.b, sites.a, PretendDrbd.FIRST_META);
        sites.await(
                "both ends to know",
                () -> !problem(sites.a).isEmpty() && !problem(sites.b).isEmpty());
        assertThat(sites.a.status().diagnosis().sentence())
                .isEqualTo(
                        "healthy, but the peer cannot dial the outside at 10.9.0.1:7790, so this site dials for both: "
                                + "check that this is the peer at the other site, and that packet filters let TCP to it through; "
                                + "or say dial = outbound here and inbound there");
        assertThat(sites.b.status().diagnosis().sentence())
                .startsWith("healthy, but this site cannot dial the peer at 10.9.9.9:7790 (")
                .contains("timed out")
                .endsWith("so the peer dials for both: check that this is the outside of the peer, and that packet "
                        + "filters let TCP to it through; or say dial = inbound here and outbound there");
        sites.a.dial(DialMode.OUTBOUND);
        sites.b.dial(DialMode.INBOUND);
        sites.await(
                "no more to say",
                () -> problem(sites.a).isEmpty() && problem(sites.b).isEmpty());
        assertThat(sites.a.status().diagnosis().sentence()).isEqualTo("healthy");
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldNotTakeAnOutageForALineThatOnlyOneSiteCanDial() {
        TwoSites sites = started(sites(DialMode.BOTH, DialMode.BOTH));
        established(sites, sites.a, sites.b, PretendDrbd.FIRST_DATA);
        established(sites, sites.b, sites.a, PretendDrbd.FIRST_META);
        for (int outage = 0; outage < 30; outage++) {
            sites.wan().cut(true);
            sites.loop.runFor(random.nextLong(8 * SECOND));
            sites.wan().cut(false);
            sites.await("bridges again", () -> count(sites.a, ChannelState.ESTABLISHED) == 2);
            for (int tenth = 0; tenth < 50; tenth++) {
                assertThat(problem(sites.a) + problem(sites.b)).isEmpty();
                sites.loop.runFor(SECOND / 10);
            }
        }
        sites.closeAndProveEmpty();
    }

    private static String problem(TwoSites.Site site) {
        return site.status().problem();
    }

    @Test
    void shouldLetDrbdDialTwiceInARowAtEitherSiteOfAOneWayLine() {
        TwoSites sites = started(sites(DialMode.OUTBOUND, DialMode.INBOUND));
        for (TwoSites.Site near : List.of(sites.a, sites.b)) {
            TwoSites.Site far = near == sites.a ? sites.b : sites.a;
            int before = far.drbd.accepted().size();
            Socket data = near.drbd.dial(near.addresses.inside(), PretendDrbd.FIRST_DATA);
            Socket meta = near.drbd.dial(near.addresses.inside(), PretendDrbd.FIRST_META);
            sites.await("both", () -> far.drbd.accepted().size() == before + 2);
            assertThat(data.closed || meta.closed).isFalse();
            data.close();
            meta.close();
            sites.await("stand-bys", () -> sites.a.isReady() && sites.b.isReady());
        }
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldNeverDialFromAnInboundSite() {
        TwoSites sites = started(sites(DialMode.OUTBOUND, DialMode.INBOUND));
        established(sites, sites.b, sites.a, PretendDrbd.FIRST_META);
        sites.wan().cut(true);
        sites.loop.runFor(10 * SECOND);
        sites.wan().cut(false);
        sites.await(
                "bridges",
                () -> count(sites.a, ChannelState.ESTABLISHED) == 1 && count(sites.b, ChannelState.ESTABLISHED) == 1);
        assertThat(sites.network.dialled("10.9.0.1")).isPositive();
        assertThat(sites.network.dialled("10.9.0.2")).isZero();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldWorkThoughTheOutsideOfAnOutboundSiteCannotBeBound() throws Exception {
        TwoSites sites = sites(DialMode.OUTBOUND, DialMode.BOTH);
        sites.network.host("10.9.0.1").listen(sites.a.addresses.outside(), sites.loop, accepted -> accepted.close());
        started(sites);
        established(sites, sites.a, sites.b, PretendDrbd.FIRST_DATA);
        established(sites, sites.b, sites.a, PretendDrbd.FIRST_META);
        assertThat(sites.a.status().problem()).isEmpty();
        sites.closeAndProveEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldEndAResumingChannelOnceTheOtherSitesProcessIsNew(boolean diallingSiteDies) {
        TwoSites sites = started(sites(DialMode.OUTBOUND, DialMode.INBOUND));
        Socket data = established(sites, sites.a, sites.b, PretendDrbd.FIRST_DATA);
        Socket meta = established(sites, sites.b, sites.a, PretendDrbd.FIRST_META);
        TwoSites.Site dying = diallingSiteDies ? sites.a : sites.b;
        TwoSites.Site living = diallingSiteDies ? sites.b : sites.a;
        sites.network.kill(dying.transport);
        dying.start(MEMLIMIT, "none");
        long before = sites.loop.nowNs();
        sites.await("the end of the old ones", () -> inUse(living).isEmpty());
        assertThat(sites.loop.nowNs() - before).isLessThan(6 * SECOND);
        sites.await("the DRBDs' end", () -> data.closed && meta.closed);
    }

    @ParameterizedTest
    @CsvSource({
        "BOTH, OUTBOUND, OUTBOUND, INBOUND",
        "BOTH, INBOUND, INBOUND, OUTBOUND",
        "OUTBOUND, INBOUND, INBOUND, OUTBOUND",
        "OUTBOUND, INBOUND, BOTH, BOTH"
    })
    void shouldTakeAnotherWordWhileItIsAtWorkWithoutClosingDrbdsConnections(
            DialMode fromA, DialMode fromB, DialMode toA, DialMode toB) {
        TwoSites sites = started(sites(fromA, fromB));
        Socket data = established(sites, sites.a, sites.b, PretendDrbd.FIRST_DATA);
        Socket meta = established(sites, sites.b, sites.a, PretendDrbd.FIRST_META);
        sites.a.dial(toA);
        sites.loop.runFor(SECOND / 3);
        sites.b.dial(toB);
        sites.loop.runFor(5 * SECOND);
        links(sites, sites.a, true).forEach(SimulatedConnection::breakOff);
        links(sites, sites.a, false).forEach(SimulatedConnection::breakOff);
        sites.loop.runFor(SECOND / 10);
        BooleanSupplier well = () -> count(sites.a, ChannelState.ESTABLISHED) == 2
                && count(sites.b, ChannelState.ESTABLISHED) == 2
                && count(sites.a, ChannelState.BRIDGING) + count(sites.b, ChannelState.BRIDGING) == 0;
        sites.await("bridges again", well);
        assertThat(data.closed || data.fin || meta.closed || meta.fin).isFalse();
        assertThat(sites.a.status().diagnosis().healthy()).isTrue();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldSayAtBothEndsThatBothSitesOnlyDial() {
        TwoSites sites = sites(DialMode.OUTBOUND, DialMode.OUTBOUND);
        startOnly(sites);
        sites.loop.runFor(8 * SECOND);
        for (TwoSites.Site site : List.of(sites.a, sites.b)) {
            assertThat(site.status().diagnosis().sentence())
                    .contains("both sites say dial = outbound, so each dials and neither may be dialled");
            assertThat(inUse(site)).isEmpty();
        }
        assertThat(sites.events).anyMatch(one -> one.contains("say inbound or both at one of them"));
        sites.b.dial(DialMode.INBOUND);
        sites.await("bridges", () -> sites.a.isReady() && sites.b.isReady());
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldSayWhatAnOutboundSiteHearsOfAnotherThatItCannotReachItself() {
        TwoSites sites = sites(DialMode.OUTBOUND, DialMode.OUTBOUND);
        sites.a.peer(NOWHERE);
        startOnly(sites);
        sites.loop.runFor(8 * SECOND);
        assertThat(sites.a.status().diagnosis().sentence()).contains("both sites say dial = outbound");
        assertThat(sites.b.status().diagnosis().sentence())
                .contains("refuses this relay")
                .contains("both sites say dial = outbound, so neither may be dialled");
    }

    @Test
    void shouldSayThatNobodyDialsWhereBothOnlyListen() {
        TwoSites sites = sites(DialMode.INBOUND, DialMode.INBOUND);
        startOnly(sites);
        sites.loop.runFor(8 * SECOND);
        for (TwoSites.Site site : List.of(sites.a, sites.b)) {
            assertThat(site.status().diagnosis().sentence())
                    .contains("which alone is to dial (dial = inbound), has not reached the outside at");
            assertThat(site.status().diagnosis().check()).contains("that its dial is outbound or both");
        }
    }

    @Test
    void shouldSayThatThePeerCannotBeReachedWhereOnlyThisSiteDials() {
        TwoSites sites = sites(DialMode.OUTBOUND, DialMode.INBOUND);
        sites.a.start(MEMLIMIT, "none");
        sites.loop.runFor(8 * SECOND);
        assertThat(sites.a.status().diagnosis().sentence())
                .contains(
                        "the peer Forebay at 10.9.0.2:7790, which only this site dials (dial = outbound), cannot be reached")
                .contains("connection refused");
    }

    @Test
    void shouldSayThatARelayReachedItself() {
        TwoSites sites = sites(DialMode.BOTH, DialMode.BOTH);
        sites.a.peer("10.9.0.1");
        sites.a.start(MEMLIMIT, "none");
        sites.loop.runFor(5 * SECOND);
        assertThat(sites.a.status().diagnosis().sentence())
                .contains("the relay has reached itself: peer = 10.9.0.1:7790 leads back to it");
        assertThat(sites.a.status().channels())
                .allMatch(one -> one.state() == ChannelState.BRIDGING, "none has a bridge");
        assertThat(sites.events).anyMatch(one -> one.contains("leads back to it"));
    }

    @Test
    void shouldSayAtBothEndsThatTheyServeTheSameDrbd() {
        TwoSites sites = sites(DialMode.BOTH, DialMode.BOTH);
        sites.b.drbd(sites.a.addresses.drbd());
        startOnly(sites);
        sites.loop.runFor(5 * SECOND);
        for (TwoSites.Site site : List.of(sites.a, sites.b)) {
            assertThat(site.status().diagnosis().sentence())
                    .contains("both ends of the link serve the same DRBD, 10.0.1.2:7788 on test");
            assertThat(site.status().channels()).allMatch(one -> one.state() == ChannelState.BRIDGING);
        }
    }

    @Test
    void shouldSayAtBothEndsThatTheirResourcesDiffer() {
        TwoSites sites = sites(DialMode.OUTBOUND, DialMode.INBOUND);
        sites.b.resource = "other";
        startOnly(sites);
        sites.loop.runFor(5 * SECOND);
        for (TwoSites.Site site : List.of(sites.a, sites.b)) {
            assertThat(site.status().diagnosis().sentence()).contains("no relay with resource r0 at 10.9.0.2:7790");
            assertThat(site.status().channels())
                    .filteredOn(one -> one.role() == ChannelRole.ACCEPTOR)
                    .allMatch(one -> one.state() == ChannelState.BRIDGING);
        }
        assertThat(sites.events).anyMatch(one -> one.contains("refused a link from 10.9.0.1"));
    }

    @ParameterizedTest
    @CsvSource({"BOTH, BOTH", "OUTBOUND, INBOUND", "INBOUND, OUTBOUND"})
    void shouldServeTwoRelaysAtOneOutsideAddress(DialMode ofA, DialMode ofB) {
        TwoSites sites = started(sites(ofA, ofB));
        for (TwoSites.Site site : List.of(sites.a, sites.b)) {
            RelaySettings first = site.status().settings();
            int number = site == sites.a ? 1 : 2;
            site.engine.put(new RelaySettings(
                    "r1",
                    "r1",
                    new RelayAddresses(
                            new InetSocketAddress("10.0." + number + ".1", 7889),
                            first.addresses().drbd(),
                            first.addresses().outside(),
                            first.addresses().peer()),
                    MEMLIMIT,
                    first.allocator(),
                    first.codec(),
                    first.targets(),
                    first.timeouts(),
                    first.line(),
                    "test"));
        }
        for (TwoSites.Site near : List.of(sites.a, sites.b)) {
            TwoSites.Site far = near == sites.a ? sites.b : sites.a;
            // Meta from both sites would be two connections that crossed.
            byte[] first = near == sites.a ? PretendDrbd.FIRST_META : PretendDrbd.FIRST_DATA;
            for (RelayStatus relay : near.engine.status()) {
                int before = far.drbd.accepted().size();
                InetSocketAddress inside = relay.settings().addresses().inside();
                sites.await("stand-by of " + relay.settings().name(), () -> isWaiting(near, inside));
                Socket socket = near.drbd.dial(inside, first);
                socket.send(noise(1000));
                sites.await("the far DRBD", () -> far.drbd.accepted().size() > before);
                Socket there = far.drbd.accepted().get(before);
                sites.await("its bytes", () -> there.receivedBytes() == 1008);
                assertThat(there.remoteIp()).isEqualTo("10.0." + (near == sites.a ? 2 : 1) + ".1");
            }
        }
        sites.loop.execute(() -> List.of(sites.a, sites.b).forEach(site -> site.engine.remove("r1")));
        sites.closeAndProveEmpty();
    }

    private static boolean isWaiting(TwoSites.Site site, InetSocketAddress inside) {
        return site.engine.status().stream()
                .filter(relay -> relay.settings().addresses().inside().equals(inside))
                .flatMap(relay -> relay.channels().stream())
                .anyMatch(one -> one.state() == ChannelState.WAITING);
    }

    @Test
    void shouldSayAtBothEndsThatTheySpeakDifferentVersions() {
        TwoSites sites = sites(DialMode.BOTH, DialMode.BOTH);
        sites.b.start(MEMLIMIT, "none");
        Socket future = new Socket();
        byte[] hello = new byte[RecordLayout.HEADER_BYTES];
        Arrays.fill(hello, (byte) 7);
        System.arraycopy(new byte[] {'F', 'B', 'A', 'Y'}, 0, hello, 0, 4);
        future.send(hello);
        sites.network
                .host("10.9.0.1")
                .dial(null, sites.b.addresses.outside(), 1000, SocketOptions.SYSTEM, sites.loop, future);
        sites.await("the answer", () -> future.fin || future.closed);
        assertThat(future.received()).startsWith('F', 'B', 'A', 'Y', 1, RecordType.REFUSE.code());
        String sentence =
                "the peer speaks version 7 of the protocol and this Forebay version 1: run the same release at"
                        + " both sites";
        assertThat(new String(future.received(), StandardCharsets.UTF_8)).endsWith(sentence);
        sites.await("the log", () -> sites.events.stream().anyMatch(one -> one.endsWith(sentence)));
    }

    @Test
    void shouldSayWhereItDialledThatThePeerSpeaksAnotherVersion() throws Exception {
        TwoSites sites = sites(DialMode.OUTBOUND, DialMode.BOTH);
        List<Socket> accepted = new ArrayList<>();
        sites.network.host("10.9.0.2").listen(sites.b.addresses.outside(), sites.loop, one -> {
            Socket past = new Socket();
            past.send(new byte[] {'F', 'B', 'A', 'Y'});
            past.send(new byte[RecordLayout.HEADER_BYTES]);
            accepted.add(past);
            one.start(sites.loop, SocketOptions.SYSTEM, past);
        });
        sites.a.start(MEMLIMIT, "none");
        sites.await(
                "the diagnosis",
                () -> sites.a
                        .status()
                        .diagnosis()
                        .sentence()
                        .contains("the peer speaks version 0 of the protocol and this Forebay version 1"));
        assertThat(accepted).isNotEmpty();
    }

    private static void startOnly(TwoSites sites) {
        sites.a.start(MEMLIMIT, "none");
        sites.b.start(MEMLIMIT, "none");
    }
}
