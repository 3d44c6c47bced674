/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static io.forebay.api.state.ChannelState.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.Diagnosis;
import io.forebay.api.relay.Leg;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.state.ChannelState;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import io.forebay.engine.TwoSites.Site;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Each row of DRX's table of acceptor and connector states, seen at site A: the connection that the row names is broken
 * between two engines, and the diagnosis names it; site B names the same one in its own words.
 */
class DiagnosisTest {

    private static final long SECOND = TwoSites.SECOND;
    private static final long MEMLIMIT = 1 << 20;

    private final TwoSites sites = new TwoSites(20261121, new HeapBabAllocator(), new HeapBabAllocator());

    // ---- what can be broken

    /** A port of this address at which nothing listens. */
    private static InetSocketAddress closedPort(InetSocketAddress address) {
        return new InetSocketAddress(address.getAddress(), 9999);
    }

    /** The site's DRBD cannot be reached where its Forebay dials it; it dials itself, if it is told to. */
    private static RelayAddresses withoutDrbd(RelayAddresses all) {
        return new RelayAddresses(all.inside(), closedPort(all.drbd()), all.outside(), all.peer());
    }

    /** The site's Forebay cannot reach the peer's outside; the peer can reach its. */
    private static RelayAddresses withoutPeer(RelayAddresses all) {
        return new RelayAddresses(all.inside(), all.drbd(), all.outside(), closedPort(all.peer()));
    }

    private static void configure(Site site, RelayAddresses addresses, String allocator) {
        site.engine.put(new RelaySettings(
                "r0",
                "r0",
                addresses,
                MEMLIMIT,
                allocator,
                CodecChoice.parse("none"),
                PlugInTargets.ANY,
                RelayTimeouts.DEFAULT,
                LineSettings.DEFAULT,
                "etc/io.forebay.relay-r0.cfg"));
    }

    private static void configure(Site site, RelayAddresses addresses) {
        configure(site, addresses, site.allocator.name());
    }

    private void startBoth() {
        sites.a.start(MEMLIMIT, "none");
        sites.b.start(MEMLIMIT, "none");
    }

    /** A DRBD that dials its Forebay again, half a second after it was let go, as long as there is no other end to it. */
    private void keepDialling(Site site, InetSocketAddress inside, byte[] first) {
        Socket socket = site.drbd.dial(inside, first);
        sites.loop.schedule(() -> dialAgain(site, inside, first, socket), SECOND / 2);
    }

    private void dialAgain(Site site, InetSocketAddress inside, byte[] first, Socket last) {
        if (last.fin && !last.closed) {
            last.close();
        }
        if (last.fin || last.closed || last.dialFailed) {
            keepDialling(site, inside, first);
        } else {
            sites.loop.schedule(() -> dialAgain(site, inside, first, last), SECOND / 2);
        }
    }

    // ---- what is seen

    private Diagnosis diagnosis(ChannelState acceptor, ChannelState connector, Leg leg) {
        return diagnosis(sites.a, acceptor, connector, leg);
    }

    private Diagnosis diagnosis(Site site, ChannelState acceptor, ChannelState connector, Leg leg) {
        try {
            sites.await("diagnosis", () -> {
                Diagnosis now = site.status().diagnosis();
                return now.acceptor() == acceptor
                        && now.connector() == connector
                        && now.leg().equals(Optional.ofNullable(leg));
            });
        } catch (AssertionError e) {
            throw new AssertionError(site.status().diagnosis() + "\n" + e.getMessage(), e);
        }
        return site.status().diagnosis();
    }

    private static void assertEnds(Diagnosis diagnosis, String from, String to) {
        assertThat(diagnosis.from()).isEqualTo(from);
        assertThat(diagnosis.to()).isEqualTo(to);
        assertThat(diagnosis.sentence()).contains(from, to);
        assertThat(diagnosis.healthy()).isFalse();
    }

    /** Whatever passes by while DRBDs are let go and dial again: no other connection is blamed, and all is never well. */
    private void assertBlamedThroughout(Site site, Leg leg) {
        int blamed = 0;
        int samples = 0;
        for (long end = sites.loop.nowNs() + 10 * SECOND; sites.loop.nowNs() < end; samples++) {
            sites.loop.runFor(SECOND / 50);
            Diagnosis now = site.status().diagnosis();
            assertThat(now.healthy()).as(now.toString()).isFalse();
            assertThat(now.leg().orElse(leg)).as(now.toString()).isEqualTo(leg);
            blamed += now.leg().isPresent() ? 1 : 0;
        }
        assertThat(blamed).as("of " + samples).isGreaterThan(samples * 9 / 10);
    }

    // ---- the ten rows

    @Test
    void shouldTellThatMemoryIsMissing() {
        sites.a.start(MEMLIMIT, "none");
        configure(sites.a, sites.a.addresses, "missing");
        Diagnosis diagnosis = diagnosis(ALLOCATING, ALLOCATING, null);
        assertThat(diagnosis.sentence()).startsWith("memory for the BABs is being obtained");
        sites.await("the reason", () -> sites.a.status().diagnosis().sentence().contains("allocator = missing"));
    }

    @Test
    void shouldTellThatThePeerForebayDoesNotRun() {
        sites.a.start(MEMLIMIT, "none");
        Diagnosis diagnosis = diagnosis(BRIDGING, BRIDGING, Leg.OUTSIDE_TO_PEER);
        sites.await("an error", () -> !sites.a.status().diagnosis().error().isEmpty());
        diagnosis = sites.a.status().diagnosis();
        assertEnds(diagnosis, "10.9.0.1", "10.9.0.2:7790");
        assertThat(diagnosis.sentence()).startsWith("no Forebay listens at 10.9.0.2:7790");
        assertBlamedThroughout(sites.a, Leg.OUTSIDE_TO_PEER);
    }

    @Test
    void shouldTellThatTheLineIsCut() {
        sites.wan().cut(true);
        startBoth();
        sites.await("an error", () -> !sites.a.status().diagnosis().error().isEmpty());
        Diagnosis diagnosis = diagnosis(BRIDGING, BRIDGING, Leg.OUTSIDE_TO_PEER);
        assertEnds(diagnosis, "10.9.0.1", "10.9.0.2:7790");
        assertThat(diagnosis.sentence()).startsWith("nothing answers at 10.9.0.2:7790");
        assertBlamedThroughout(sites.a, Leg.OUTSIDE_TO_PEER);
        sites.wan().cut(false);
        sites.await("bridges", () -> sites.a.isReady() && sites.b.isReady());
    }

    @Test
    void shouldTellThatThePeerCannotReachThisForebayAndThePeerThatItCannotUntilThisOneDialsForIt() {
        startBoth();
        configure(sites.b, withoutPeer(sites.b.addresses));
        assertEnds(diagnosis(BRIDGING, CONNECTING, Leg.PEER_TO_OUTSIDE), "10.9.0.2", "10.9.0.1:7790");
        Diagnosis atPeer = diagnosis(sites.b, WAITING, BRIDGING, Leg.OUTSIDE_TO_PEER);
        assertEnds(atPeer, "10.9.0.2", "10.9.0.1:9999");
        assertThat(atPeer.error()).contains("connection refused");
        assertThat(atPeer.sentence()).contains("although it reaches the outside at 10.9.0.2:7790");
        sites.await("bridges", () -> sites.a.isReady() && sites.b.isReady());
    }

    @Test
    void shouldTellThatTheLocalDrbdIsNotConnecting() {
        startBoth();
        sites.network.line("10.0.1.1", "10.0.1.2").cut(true);
        keepDialling(sites.a, sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.loop.runFor(3 * SECOND);
        assertEnds(diagnosis(WAITING, CONNECTING, Leg.DRBD_TO_INSIDE), "10.0.1.2:7788", "10.0.1.1:7789");
        assertBlamedThroughout(sites.a, Leg.DRBD_TO_INSIDE);
    }

    @Test
    void shouldTellThatTheLocalDrbdCannotReachThisForebayWhichReachesIt() {
        startBoth();
        keepDialling(sites.a, closedPort(sites.a.addresses.inside()), PretendDrbd.FIRST_DATA);
        keepDialling(sites.b, sites.b.addresses.inside(), PretendDrbd.FIRST_META);
        Diagnosis diagnosis = diagnosis(WAITING, ESTABLISHED, Leg.DRBD_TO_INSIDE);
        assertEnds(diagnosis, "10.0.1.2:7788", "10.0.1.1:7789");
        assertThat(diagnosis.sentence()).endsWith("although it can be reached from there.");
        assertBlamedThroughout(sites.a, Leg.DRBD_TO_INSIDE);
        diagnosis(sites.b, ESTABLISHED, CONNECTING, Leg.FAR_DRBD_TO_FAR_INSIDE);
    }

    @Test
    void shouldTellThatTheFarDrbdIsNotThere() {
        startBoth();
        configure(sites.b, withoutDrbd(sites.b.addresses));
        keepDialling(sites.a, sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        // DRX stays in establishing; here the local DRBD is let go, and dials again.
        Diagnosis diagnosis = diagnosis(WAITING, CONNECTING, Leg.FAR_INSIDE_TO_FAR_DRBD);
        assertEnds(diagnosis, "10.0.2.1", "10.0.2.2:9999");
        assertThat(diagnosis.error()).contains("connection refused");
        assertThat(diagnosis.sentence()).endsWith("nor has it dialled that Forebay.");
        assertBlamedThroughout(sites.a, Leg.FAR_INSIDE_TO_FAR_DRBD);
        diagnosis(sites.b, WAITING, CONNECTING, Leg.INSIDE_TO_DRBD);
    }

    @Test
    void shouldTellThatTheFarDrbdIsBeingDialled() {
        startBoth();
        sites.await("bridges", () -> sites.a.isReady() && sites.b.isReady());
        sites.network.line("10.0.2.1", "10.0.2.2").cut(true);
        keepDialling(sites.a, sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        assertEnds(diagnosis(ESTABLISHING, CONNECTING, Leg.FAR_INSIDE_TO_FAR_DRBD), "10.0.2.1", "10.0.2.2:7788");
        assertBlamedThroughout(sites.a, Leg.FAR_INSIDE_TO_FAR_DRBD);
    }

    @Test
    void shouldTellThatTheFarDrbdCannotBeReachedThoughItReachesItsForebay() {
        startBoth();
        configure(sites.b, withoutDrbd(sites.b.addresses));
        keepDialling(sites.a, sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        keepDialling(sites.b, sites.b.addresses.inside(), PretendDrbd.FIRST_META);
        Diagnosis diagnosis = diagnosis(WAITING, ESTABLISHED, Leg.FAR_INSIDE_TO_FAR_DRBD);
        assertEnds(diagnosis, "10.0.2.1", "10.0.2.2:9999");
        assertThat(diagnosis.sentence()).endsWith("although it has dialled that Forebay.");
        assertBlamedThroughout(sites.a, Leg.FAR_INSIDE_TO_FAR_DRBD);
        diagnosis(sites.b, ESTABLISHED, CONNECTING, Leg.INSIDE_TO_DRBD);
    }

    @Test
    void shouldTellThatTheLocalDrbdCannotBeReachedThoughItReachesThisForebay() {
        startBoth();
        configure(sites.a, withoutDrbd(sites.a.addresses));
        keepDialling(sites.a, sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        keepDialling(sites.b, sites.b.addresses.inside(), PretendDrbd.FIRST_META);
        Diagnosis diagnosis = diagnosis(ESTABLISHED, CONNECTING, Leg.INSIDE_TO_DRBD);
        assertEnds(diagnosis, "10.0.1.1", "10.0.1.2:9999");
        assertThat(diagnosis.error()).contains("connection refused");
        assertThat(diagnosis.sentence()).endsWith("although it has dialled this Forebay.");
        assertBlamedThroughout(sites.a, Leg.INSIDE_TO_DRBD);
        diagnosis(sites.b, WAITING, ESTABLISHED, Leg.FAR_INSIDE_TO_FAR_DRBD);
    }

    @Test
    void shouldTellThatTheFarDrbdCannotReachItsForebay() {
        startBoth();
        keepDialling(sites.a, sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        keepDialling(sites.b, closedPort(sites.b.addresses.inside()), PretendDrbd.FIRST_META);
        assertEnds(diagnosis(ESTABLISHED, CONNECTING, Leg.FAR_DRBD_TO_FAR_INSIDE), "10.0.2.2:7788", "10.0.2.1:7789");
        assertBlamedThroughout(sites.a, Leg.FAR_DRBD_TO_FAR_INSIDE);
        diagnosis(sites.b, WAITING, ESTABLISHED, Leg.DRBD_TO_INSIDE);
    }

    @Test
    void shouldTellThatAllIsWellOnceWhatWasBrokenIsMended() {
        startBoth();
        configure(sites.a, withoutDrbd(sites.a.addresses));
        keepDialling(sites.a, sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        keepDialling(sites.b, sites.b.addresses.inside(), PretendDrbd.FIRST_META);
        diagnosis(ESTABLISHED, CONNECTING, Leg.INSIDE_TO_DRBD);
        configure(sites.a, sites.a.addresses);
        for (Site site : List.of(sites.a, sites.b)) {
            Diagnosis diagnosis = diagnosis(site, ESTABLISHED, ESTABLISHED, null);
            assertThat(diagnosis.healthy()).isTrue();
            assertThat(diagnosis.sentence()).isEqualTo("healthy");
        }
    }
}
