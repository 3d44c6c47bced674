/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static io.forebay.api.state.ChannelState.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.ChannelStatus.Flow;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.Diagnosis;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.Fault;
import io.forebay.api.relay.Leg;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.PeerStatus;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the operator is told of every pair of states. */
class DiagnoserTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final RelaySettings SETTINGS = new RelaySettings(
            "r0",
            "r0",
            new RelayAddresses(
                    new InetSocketAddress("10.77.1.1", 7789),
                    new InetSocketAddress("10.77.1.2", 7788),
                    new InetSocketAddress("192.0.2.1", 7790),
                    new InetSocketAddress("192.0.2.2", 7790)),
            16 << 20,
            "direct",
            CodecChoice.parse("none"),
            PlugInTargets.ANY,
            RelayTimeouts.DEFAULT,
            LineSettings.DEFAULT,
            "etc/io.forebay.relay-r0.cfg");
    private static final PeerStatus PEER =
            new PeerStatus("bravo", "10.77.2.1:7789", "10.77.2.2:7788", DialMode.BOTH, List.of());

    private static final Fault OUT_REFUSED = fault(Leg.OUTSIDE_TO_PEER, "192.0.2.2:7790: connection refused");
    private static final Fault OUT_TIMED_OUT = fault(Leg.OUTSIDE_TO_PEER, "192.0.2.2:7790: timed out after 3000 ms");
    private static final Fault OUT_UNTRUSTED = fault(
            Leg.OUTSIDE_TO_PEER,
            "192.0.2.2:7790: TLS: the certificate of peer b has expired on 2026-11-01: run forebay keygen --rotate there");
    private static final Fault KEPT_OUT = fault(Leg.PEER_TO_OUTSIDE, "192.0.2.2:40001: TLS: no certificate is shown");
    private static final Fault LOCAL_REFUSED = fault(Leg.INSIDE_TO_DRBD, "10.77.1.2:7788: connection refused");
    private static final Fault FAR_REFUSED = fault(Leg.FAR_INSIDE_TO_FAR_DRBD, "10.77.2.2:7788: connection refused");

    private static Fault fault(Leg leg, String error) {
        return new Fault(leg, NOON.plusSeconds(184), NOON.plusSeconds(190), 4, error);
    }

    private static ChannelStatus channel(ChannelRole role, ChannelType type, ChannelState state, String reason) {
        Flow flow = new Flow(5000, 4000, 2000, 0, 0, 0, 0, 0, List.of(), "");
        return new ChannelStatus(
                role.ordinal() + 1, role, type, state, reason, NOON, "", "", "", flow, ChannelTexts.NO_FLOW, 0);
    }

    private static ChannelStatus acceptor(ChannelState state) {
        boolean known = state.compareTo(ESTABLISHING) >= 0;
        return channel(ChannelRole.ACCEPTOR, known ? ChannelType.DATA : ChannelType.UNDEFINED, state, "");
    }

    private static ChannelStatus connector(ChannelState state) {
        boolean known = state.compareTo(ESTABLISHING) >= 0;
        return channel(ChannelRole.CONNECTOR, known ? ChannelType.META : ChannelType.UNDEFINED, state, "");
    }

    private static Diagnosis diagnose(ChannelState acceptor, ChannelState connector, Fault... faults) {
        return diagnose("", List.of(acceptor(acceptor), connector(connector)), PEER, List.of(faults));
    }

    private static Diagnosis diagnose(
            String problem, List<ChannelStatus> channels, PeerStatus peer, List<Fault> faults) {
        return diagnose(problem.isEmpty() ? List.of() : List.of(problem), channels, peer, faults);
    }

    private static Diagnosis diagnose(
            List<String> problems, List<ChannelStatus> channels, PeerStatus peer, List<Fault> faults) {
        return Diagnoser.diagnose(new RelayFacts(SETTINGS, problems, channels, peer, faults));
    }

    // ---- every pair

    static Stream<Arguments> pairs() {
        return Arrays.stream(ChannelState.values())
                .flatMap(acceptor ->
                        Arrays.stream(ChannelState.values()).map(connector -> Arguments.of(acceptor, connector)));
    }

    /** No fault, each alone, and every two. */
    private static List<List<Fault>> faults() {
        List<List<Fault>> all = new ArrayList<>();
        for (int bits = 0; bits < 1 << Leg.values().length; bits++) {
            if (Integer.bitCount(bits) > 2) {
                continue;
            }
            List<Fault> some = new ArrayList<>();
            for (Leg leg : Leg.values()) {
                if ((bits & 1 << leg.ordinal()) != 0) {
                    some.add(fault(leg, "lost {in} $1"));
                }
            }
            all.add(some);
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void shouldExplainEveryPairWhateverElseWentWrong(ChannelState acceptor, ChannelState connector) {
        for (ChannelType typeOfConnector : ChannelType.values()) {
            for (List<Fault> faults : faults()) {
                List<ChannelStatus> channels = List.of(
                        acceptor(acceptor), channel(ChannelRole.CONNECTOR, typeOfConnector, connector, "because"));
                Diagnosis diagnosis = diagnose("", channels, PEER, faults);
                assertThat(diagnosis.acceptor()).isEqualTo(acceptor);
                assertThat(diagnosis.connector()).isEqualTo(connector);
                assertThat(diagnosis.since()).isAfterOrEqualTo(NOON);
                assertThat(diagnosis.sentence()).isNotBlank().doesNotContain("unknown");
                assertThat(diagnosis.sentence().replace("lost {in} $1", "")).doesNotContain("{", "}");
                assertThat(diagnosis.check()).doesNotContain("{", "}");
                if (!diagnosis.healthy()) {
                    assertThat(diagnosis.sentence()).endsWith(".");
                    assertThat(diagnosis.check()).isNotBlank().endsWith(".");
                }
                if (diagnosis.leg().isPresent()) {
                    assertThat(diagnosis.from()).isNotEmpty();
                    assertThat(diagnosis.to()).isNotEmpty();
                    assertThat(diagnosis.sentence()).contains(diagnosis.from(), diagnosis.to());
                }
                assertThat(diagnosis.sentence().split("(?<=\\.) ").length)
                        .as(diagnosis.sentence())
                        .isLessThanOrEqualTo(2);
                assertThat(diagnose("", channels, PeerStatus.UNKNOWN, faults).sentence())
                        .isNotBlank();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void shouldNameAConnectionForEveryPairInWhichNothingMovesByItself(ChannelState acceptor, ChannelState connector) {
        Set<ChannelState> acceptors = Set.of(BRIDGING, WAITING, ESTABLISHING, ESTABLISHED, RESUMING);
        Set<ChannelState> connectors = Set.of(BRIDGING, CONNECTING, ESTABLISHED, RESUMING);
        Diagnosis diagnosis = diagnose(acceptor, connector);
        if (acceptors.contains(acceptor) && connectors.contains(connector)) {
            assertThat(diagnosis.healthy()).isEqualTo(diagnosis.leg().isEmpty());
            assertThat(diagnosis.healthy()).isEqualTo(acceptor == ESTABLISHED && connector == ESTABLISHED);
        } else {
            assertThat(diagnosis.healthy()).isFalse();
        }
    }

    @Test
    void shouldHaveARuleForEveryFinding() {
        assertThat(Diagnoser.RULES).extracting(Diagnoser.Rule::finding).contains(Finding.values());
    }

    @ParameterizedTest
    @EnumSource(Leg.class)
    void shouldKnowWhatToCheckForEveryConnectionAndError(Leg leg) {
        DiagnosisWords words =
                new DiagnosisWords(new RelayFacts(SETTINGS, List.of(), List.of(), PEER, List.of()), NOON);
        for (FaultKind kind : FaultKind.values()) {
            assertThat(words.fill(Remedy.check(leg, kind)))
                    .isNotBlank()
                    .endsWith(".")
                    .doesNotContain("{");
        }
    }

    // ---- DRX's table

    static Stream<Arguments> rowsOfDrx() {
        return Stream.of(
                row(ALLOCATING, ALLOCATING, null),
                row(BRIDGING, BRIDGING, Leg.OUTSIDE_TO_PEER, OUT_REFUSED),
                row(BRIDGING, CONNECTING, Leg.PEER_TO_OUTSIDE),
                row(WAITING, BRIDGING, Leg.OUTSIDE_TO_PEER, OUT_TIMED_OUT),
                row(WAITING, CONNECTING, Leg.DRBD_TO_INSIDE),
                row(WAITING, ESTABLISHED, Leg.DRBD_TO_INSIDE),
                row(ESTABLISHING, CONNECTING, Leg.FAR_INSIDE_TO_FAR_DRBD),
                row(ESTABLISHING, ESTABLISHED, Leg.FAR_INSIDE_TO_FAR_DRBD),
                row(ESTABLISHED, CONNECTING, Leg.INSIDE_TO_DRBD, LOCAL_REFUSED),
                row(ESTABLISHED, CONNECTING, Leg.FAR_DRBD_TO_FAR_INSIDE),
                // inferred there
                row(BRIDGING, ESTABLISHED, Leg.PEER_TO_OUTSIDE),
                row(ESTABLISHING, BRIDGING, Leg.OUTSIDE_TO_PEER, OUT_TIMED_OUT, FAR_REFUSED),
                row(ESTABLISHED, BRIDGING, Leg.OUTSIDE_TO_PEER, OUT_TIMED_OUT),
                // as they are seen here, where a DRBD is let go when the other cannot be reached
                row(WAITING, CONNECTING, Leg.FAR_INSIDE_TO_FAR_DRBD, FAR_REFUSED),
                row(WAITING, ESTABLISHED, Leg.FAR_INSIDE_TO_FAR_DRBD, FAR_REFUSED),
                row(STOPPING, ESTABLISHED, Leg.FAR_INSIDE_TO_FAR_DRBD, FAR_REFUSED),
                row(WAITING, CONNECTING, Leg.INSIDE_TO_DRBD, LOCAL_REFUSED),
                row(ESTABLISHED, STOPPING, Leg.INSIDE_TO_DRBD, LOCAL_REFUSED));
    }

    private static Arguments row(ChannelState acceptor, ChannelState connector, Leg leg, Fault... faults) {
        return Arguments.of(acceptor, connector, List.of(faults), leg);
    }

    @ParameterizedTest
    @MethodSource("rowsOfDrx")
    void shouldNameTheConnectionThatDrxNames(
            ChannelState acceptor, ChannelState connector, List<Fault> faults, Leg leg) {
        Diagnosis diagnosis = diagnose(acceptor, connector, faults.toArray(Fault[]::new));
        assertThat(diagnosis.leg().orElse(null)).isEqualTo(leg);
        assertThat(diagnosis.healthy()).isFalse();
        assertThat(diagnosis.error())
                .isEqualTo(faults.stream()
                        .filter(one -> one.leg() == leg)
                        .map(Fault::error)
                        .findFirst()
                        .orElse(""));
    }

    // ---- which channels make the pair

    private static ChannelStatus one(long id, ChannelRole role, ChannelType type, ChannelState state) {
        return new ChannelStatus(
                id, role, type, state, "", NOON, "", "", "", ChannelTexts.NO_FLOW, ChannelTexts.NO_FLOW, 0);
    }

    private static Diagnosis of(ChannelStatus... channels) {
        return diagnose("", List.of(channels), PEER, List.of());
    }

    @Test
    void shouldBeHealthyWhenOneNodeDialledBothConnections() {
        for (ChannelRole role : ChannelRole.values()) {
            Diagnosis diagnosis =
                    of(one(1, role, ChannelType.DATA, ESTABLISHED), one(2, role, ChannelType.META, ESTABLISHED));
            assertThat(diagnosis.healthy()).isTrue();
            assertThat(diagnosis.sentence()).isEqualTo("healthy");
            assertThat(diagnosis.check()).isEmpty();
        }
    }

    @Test
    void shouldBeHealthyWhateverWentWrongBefore() {
        Diagnosis diagnosis = diagnose(ESTABLISHED, ESTABLISHED, OUT_REFUSED, LOCAL_REFUSED);
        assertThat(diagnosis.healthy()).isTrue();
        assertThat(diagnosis.leg()).isEmpty();
        assertThat(diagnosis.error()).isEmpty();
    }

    @Test
    void shouldSayEverythingThatIsNotAsConfigured() {
        List<String> problems = List.of("there is no heap.", "there is no zstd");
        List<ChannelStatus> healthy = List.of(acceptor(ESTABLISHED), connector(ESTABLISHED));
        assertThat(diagnose(problems, healthy, PEER, List.of()).sentence())
                .isEqualTo("healthy, but there is no heap; besides, there is no zstd");
        List<ChannelStatus> allocating = List.of(acceptor(ALLOCATING), connector(ALLOCATING));
        assertThat(diagnose(problems, allocating, PEER, List.of()).sentence())
                .endsWith("allocator direct; there is no heap. Besides, there is no zstd.");
        List<ChannelStatus> waiting = List.of(acceptor(WAITING), connector(CONNECTING));
        assertThat(diagnose(problems, waiting, PEER, List.of()).sentence())
                .startsWith("the local DRBD at ")
                .endsWith("dialled its Forebay. Besides, there is no heap. Besides, there is no zstd.");
    }

    @Test
    void shouldSayWhatIsNotAsConfiguredOfAHealthyRelay() {
        Diagnosis diagnosis = diagnose(
                "etc/r0.cfg: codec = zstd: no such codec",
                List.of(acceptor(ESTABLISHED), connector(ESTABLISHED)),
                PEER,
                List.of());
        assertThat(diagnosis.healthy()).isTrue();
        assertThat(diagnosis.sentence()).isEqualTo("healthy, but etc/r0.cfg: codec = zstd: no such codec");
    }

    @Test
    void shouldNotBeHealthyWithOneOfTwoConnectionsResuming() {
        Diagnosis diagnosis = of(
                one(1, ChannelRole.ACCEPTOR, ChannelType.DATA, ESTABLISHED),
                one(2, ChannelRole.ACCEPTOR, ChannelType.META, RESUMING),
                one(3, ChannelRole.CONNECTOR, ChannelType.UNDEFINED, CONNECTING));
        assertThat(diagnosis.acceptor()).isEqualTo(RESUMING);
        assertThat(diagnosis.leg()).contains(Leg.PEER_TO_OUTSIDE);
    }

    @Test
    void shouldNotExplainAChannelThatHasASuccessor() {
        Diagnosis diagnosis = of(
                one(1, ChannelRole.ACCEPTOR, ChannelType.DATA, CLOSE_PENDING),
                one(5, ChannelRole.ACCEPTOR, ChannelType.DATA, ESTABLISHED),
                one(6, ChannelRole.CONNECTOR, ChannelType.UNDEFINED, CONNECTING));
        assertThat(diagnosis.acceptor()).isEqualTo(ESTABLISHED);
        assertThat(diagnosis.leg()).contains(Leg.FAR_DRBD_TO_FAR_INSIDE);
    }

    @Test
    void shouldExplainTheEndOfOneConnectionWhileTheOtherStillStands() {
        Diagnosis diagnosis = of(
                one(1, ChannelRole.ACCEPTOR, ChannelType.DATA, CLOSE_PENDING),
                one(2, ChannelRole.ACCEPTOR, ChannelType.META, ESTABLISHED),
                one(3, ChannelRole.CONNECTOR, ChannelType.UNDEFINED, CONNECTING));
        assertThat(diagnosis.acceptor()).isEqualTo(CLOSE_PENDING);
        assertThat(diagnosis.sentence()).contains("are still delivered");
    }

    @Test
    void shouldSayThatBothDrbdsDialledTheSameConnection() {
        Diagnosis diagnosis = of(
                one(1, ChannelRole.ACCEPTOR, ChannelType.DATA, ESTABLISHED),
                one(2, ChannelRole.CONNECTOR, ChannelType.DATA, ESTABLISHED));
        assertThat(diagnosis.healthy()).isFalse();
        assertThat(diagnosis.sentence()).startsWith("both channels carry a data connection");
    }

    @Test
    void shouldKeepToTheTimeAtWhichABridgeWasLostWhenAnOlderFaultWasLeftBehind() {
        Fault left = new Fault(Leg.OUTSIDE_TO_PEER, NOON.minusSeconds(3600), NOON, 2, "the peer closed it");
        assertThat(diagnose(WAITING, BRIDGING, left).since()).isEqualTo(NOON);
        assertThat(diagnose(WAITING, BRIDGING, OUT_REFUSED).since()).isEqualTo(OUT_REFUSED.since());
    }

    @Test
    void shouldCountFromTheFirstFailureOfADrbdThatIsDialledAgainAndAgain() {
        Fault old = new Fault(Leg.INSIDE_TO_DRBD, NOON.minusSeconds(3600), NOON, 900, "10.77.1.2:7788: refused");
        assertThat(diagnose(ESTABLISHED, CONNECTING, old).since()).isEqualTo(old.since());
    }

    @Test
    void shouldSayThatAnUnreachableDrbdDialledOnlyIfItDidSince() {
        Fault before = new Fault(
                Leg.FAR_INSIDE_TO_FAR_DRBD, NOON, LOCAL_REFUSED.since().minusSeconds(1), 4, "refused");
        assertThat(diagnose(WAITING, CONNECTING, LOCAL_REFUSED, FAR_REFUSED).sentence())
                .contains("although it has dialled this Forebay. Besides, the far DRBD");
        assertThat(diagnose(WAITING, CONNECTING, LOCAL_REFUSED, before).sentence())
                .endsWith("nor has it dialled the inside at 10.77.1.1:7789.");
    }

    // ---- sentences

    static Stream<Arguments> sentences() {
        return Stream.of(
                Arguments.of(diagnose(ESTABLISHED, CONNECTING, LOCAL_REFUSED), """
                        the local DRBD at 10.77.1.2:7788 cannot be reached from 10.77.1.1 since 2026-11-01T12:03:04Z \
                        (4 tries, last at 2026-11-01T12:03:10Z: connection refused), although it has dialled this Forebay.
                        that the resource is up there (drbdadm status r0), that DRBD's own address is \
                        drbd = 10.77.1.2:7788 of etc/io.forebay.relay-r0.cfg, and that no packet filter rejects port 7788."""),
                Arguments.of(diagnose(ESTABLISHED, CONNECTING), """
                        the far DRBD at 10.77.2.2:7788 has not dialled its Forebay's inside at 10.77.2.1:7789 since \
                        2026-11-01T12:00:00Z, although it can be reached from there.
                        that drbdadm status r0 at 10.77.2.2:7788 says Connecting, that the peer's address in drbd.conf there \
                        is 10.77.2.1:7789, and that no packet filter drops TCP to port 7789."""),
                Arguments.of(diagnose(WAITING, CONNECTING, FAR_REFUSED), """
                        the far DRBD at 10.77.2.2:7788 has not been reached from its Forebay at 10.77.2.1 since \
                        2026-11-01T12:03:04Z (4 tries, last at 2026-11-01T12:03:10Z: connection refused), nor has it dialled \
                        that Forebay.
                        that the resource is up there (drbdadm status r0), that drbd = 10.77.2.2:7788 at the peer Forebay is \
                        DRBD's own address, and that no packet filter stands between."""),
                Arguments.of(diagnose(WAITING, CONNECTING), """
                        the local DRBD at 10.77.1.2:7788 has not dialled the inside at 10.77.1.1:7789 since \
                        2026-11-01T12:00:00Z, nor has the far DRBD at 10.77.2.2:7788 dialled its Forebay.
                        that drbdadm status r0 at 10.77.1.2:7788 says Connecting, that the peer's address in drbd.conf there \
                        is inside = 10.77.1.1:7789, and that no packet filter drops TCP to port 7789."""),
                Arguments.of(diagnose(BRIDGING, BRIDGING, OUT_UNTRUSTED), """
                        this Forebay and the peer at 192.0.2.2:7790 do not come to trust each other, dialled from 192.0.2.1 \
                        since 2026-11-01T12:03:04Z (4 tries, last at 2026-11-01T12:03:10Z: TLS: the certificate of peer b \
                        has expired on 2026-11-01: run forebay keygen --rotate there). Besides, the peer Forebay at 192.0.2.2 \
                        has not reached the outside at 192.0.2.1:7790.
                        that tls is the same at both sites, and that each has in etc/tls/peers what forebay keygen made at \
                        the other; forebay:diag at the peer says how it looks from there."""),
                Arguments.of(diagnose(BRIDGING, CONNECTING, KEPT_OUT), """
                        the peer Forebay at 192.0.2.2 was kept out of the outside at 192.0.2.1:7790 since \
                        2026-11-01T12:03:04Z (last error: 192.0.2.2:40001: TLS: no certificate is shown).
                        that tls is the same at both sites, and that each has in etc/tls/peers what forebay keygen made at \
                        the other; forebay:diag at the peer says how it looks from there."""),
                Arguments.of(diagnose(BRIDGING, BRIDGING, OUT_REFUSED), """
                        no Forebay listens at 192.0.2.2:7790, dialled from 192.0.2.1 since 2026-11-01T12:03:04Z (4 tries, \
                        last at 2026-11-01T12:03:10Z: connection refused); nor has the peer dialled the outside at \
                        192.0.2.1:7790.
                        that the peer Forebay runs, that its outside is 192.0.2.2:7790, and that peer = 192.0.2.2:7790 in \
                        etc/io.forebay.relay-r0.cfg is right."""),
                Arguments.of(diagnose(BRIDGING, BRIDGING, OUT_TIMED_OUT), """
                        nothing answers at 192.0.2.2:7790, dialled from 192.0.2.1 since 2026-11-01T12:03:04Z (4 tries, last \
                        at 2026-11-01T12:03:10Z: timed out after 3000 ms); nor has the peer dialled the outside at \
                        192.0.2.1:7790.
                        the line between the sites: that 192.0.2.2 is up and routed, and that no packet filter drops TCP from \
                        192.0.2.1 to port 7790."""),
                Arguments.of(
                        diagnose(
                                ESTABLISHED,
                                BRIDGING,
                                fault(Leg.OUTSIDE_TO_PEER, "refused by the peer: no relay with resource r0")),
                        """
                        the peer Forebay at 192.0.2.2:7790 refuses this relay, dialled from 192.0.2.1 since \
                        2026-11-01T12:03:04Z (4 tries, last at 2026-11-01T12:03:10Z: refused by the peer: no relay with \
                        resource r0).
                        that the relay is configured at the peer with resource = r0 and outside = 192.0.2.2:7790, and runs \
                        there; the peer's log says why it refuses."""),
                Arguments.of(diagnose(BRIDGING, CONNECTING, LOCAL_REFUSED), """
                        the local DRBD at 10.77.1.2:7788 cannot be reached from 10.77.1.1 since 2026-11-01T12:03:04Z \
                        (4 tries, last at 2026-11-01T12:03:10Z: connection refused). Besides, the peer Forebay at 192.0.2.2 has \
                        not reached the outside at 192.0.2.1:7790.
                        that the resource is up there (drbdadm status r0), that DRBD's own address is \
                        drbd = 10.77.1.2:7788 of etc/io.forebay.relay-r0.cfg, and that no packet filter rejects port 7788."""),
                Arguments.of(diagnose(ESTABLISHED, BRIDGING, OUT_TIMED_OUT, LOCAL_REFUSED), """
                        the peer Forebay at 192.0.2.2:7790 cannot be reached from 192.0.2.1 since 2026-11-01T12:03:04Z \
                        (4 tries, last at 2026-11-01T12:03:10Z: timed out after 3000 ms), although it reaches the outside at \
                        192.0.2.1:7790. Besides, the local DRBD at 10.77.1.2:7788 could not be reached from 10.77.1.1 (4 tries, \
                        last at 2026-11-01T12:03:10Z: connection refused).
                        the line between the sites: that 192.0.2.2 is up and routed, and that no packet filter drops TCP from \
                        192.0.2.1 to port 7790."""),
                Arguments.of(diagnose(RESUMING, RESUMING, OUT_TIMED_OUT), """
                        the bridges between 192.0.2.1 and the peer Forebay at 192.0.2.2:7790 broke at 2026-11-01T12:00:00Z and \
                        are dialled again (4 tries, last at 2026-11-01T12:03:10Z: timed out after 3000 ms). DRBD's connections \
                        are kept until 2026-11-01T12:00:30Z; 6000 bytes wait here.
                        the line between the sites: that 192.0.2.2 is up and routed, and that no packet filter drops TCP from \
                        192.0.2.1 to port 7790."""),
                Arguments.of(
                        diagnose(
                                "",
                                List.of(
                                        channel(
                                                ChannelRole.ACCEPTOR,
                                                ChannelType.DATA,
                                                CLOSE_PENDING,
                                                "the local DRBD closed its connection"),
                                        connector(STOPPED)),
                                PEER,
                                List.of()),
                        """
                        a connection of DRBD ended at 2026-11-01T12:00:00Z (the local DRBD closed its connection); 3000 bytes \
                        buffered between 10.77.1.2:7788 and 10.77.2.2:7788 are still delivered, until 2026-11-01T12:00:10Z at \
                        the latest.
                        drbdadm status r0 on both nodes: it says why DRBD closed its connection."""),
                Arguments.of(
                        diagnose(
                                "etc/io.forebay.relay-r0.cfg: allocator = mapped: there is none",
                                List.of(acceptor(ALLOCATING), connector(ALLOCATING)),
                                PEER,
                                List.of()),
                        """
                        memory for the BABs is being obtained since 2026-11-01T12:00:00Z: memlimit 16777216, allocator direct; \
                        etc/io.forebay.relay-r0.cfg: allocator = mapped: there is none.
                        memlimit and allocator in etc/io.forebay.relay-r0.cfg, and what memory this machine has left."""),
                Arguments.of(
                        diagnose(
                                "etc/r0.cfg: inside = 10.77.1.1:7789: address already in use",
                                List.of(
                                        acceptor(WAITING),
                                        channel(
                                                ChannelRole.CONNECTOR,
                                                ChannelType.UNDEFINED,
                                                BRIDGING,
                                                "etc/r0.cfg: inside = 10.77.1.1:7789: address already in use")),
                                PEER,
                                List.of()),
                        """
                        the relay cannot open since 2026-11-01T12:00:00Z: etc/r0.cfg: inside = 10.77.1.1:7789: address already \
                        in use.
                        that setting in etc/io.forebay.relay-r0.cfg; it is tried again every second."""));
    }

    @ParameterizedTest
    @MethodSource("sentences")
    void shouldSayItPlainly(Diagnosis diagnosis, String text) {
        assertThat(diagnosis.sentence() + "\n" + diagnosis.check()).isEqualTo(text);
    }
}
