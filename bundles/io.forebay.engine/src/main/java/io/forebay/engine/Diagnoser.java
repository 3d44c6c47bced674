/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static io.forebay.api.state.ChannelState.*;

import io.forebay.api.relay.Diagnosis;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.Fault;
import io.forebay.api.relay.Leg;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Explains a relay's acceptor and connector state as a pair: the first rule that fits the pair and the facts gives the
 * finding. Pure.
 *
 * <p>The pairs are those that DRX documents, with one difference. When the far DRBD cannot be reached, DRX stays in {@code
 * establishing}; here the local DRBD is let go at once (rule R6), so the acceptor waits again, and it is the fault of the far
 * connection that tells. The same holds for the connector after a failed dial of the local DRBD.
 */
final class Diagnoser {

    private static final Set<ChannelState> ANY = EnumSet.allOf(ChannelState.class);

    /** Its end comes at once, and a successor with it. */
    private static final Set<ChannelState> ENDS = EnumSet.of(STOPPING, STOPPED);

    /** The bridge stands. */
    private static final Set<ChannelState> BRIDGE =
            EnumSet.of(BRIDGED, WAITING, CONNECTING, CONNECTED, ESTABLISHING, ESTABLISHED);

    /** An acceptor whose DRBD is there. */
    private static final Set<ChannelState> DIALLED = EnumSet.of(CONNECTED, ESTABLISHING, ESTABLISHED);

    /** A connector whose DRBD is there. */
    private static final Set<ChannelState> REACHED = EnumSet.of(ESTABLISHING, ESTABLISHED);

    /** Where a connector is while, and just after, it fails to reach its DRBD. */
    private static final Set<ChannelState> TRIES_DRBD = EnumSet.of(CONNECTING, STOPPING, STOPPED);

    /** Where an acceptor is while its peer tries the far DRBD, and between two tries. */
    private static final Set<ChannelState> FAR_TRIED =
            EnumSet.of(WAITING, CONNECTED, ESTABLISHING, ESTABLISHED, STOPPING, STOPPED);

    private static final Predicate<RelayFacts> ALWAYS = facts -> true;
    private static final Predicate<RelayFacts> LOCAL_DRBD_FAILED = facts -> facts.failed(Leg.INSIDE_TO_DRBD);
    private static final Predicate<RelayFacts> FAR_DRBD_FAILED = facts -> facts.failed(Leg.FAR_INSIDE_TO_FAR_DRBD);
    private static final Predicate<RelayFacts> PEER_KEPT_OUT =
            facts -> facts.kind(Leg.PEER_TO_OUTSIDE) == FaultKind.TLS;
    private static final Predicate<RelayFacts> FAR_DRBD_AWAITED = RelayFacts::isFarDrbdAwaited;

    private static final Predicate<RelayFacts> WE_DIAL = facts -> facts.dial() == DialMode.OUTBOUND;
    private static final Predicate<RelayFacts> PEER_DIALS = facts -> facts.dial() == DialMode.INBOUND;

    private static Predicate<RelayFacts> peer(FaultKind kind) {
        return facts -> facts.kind(Leg.OUTSIDE_TO_PEER) == kind;
    }

    /** Explains the pairs of these states while the condition holds. */
    record Rule(Set<ChannelState> acceptor, Set<ChannelState> connector, Predicate<RelayFacts> when, Finding finding) {}

    static final List<Rule> RULES = List.of(
            new Rule(ANY, ANY, RelayFacts::isComplete, Finding.HEALTHY),
            new Rule(EnumSet.of(ALLOCATING), ANY, ALWAYS, Finding.NO_MEMORY),
            new Rule(ANY, EnumSet.of(ALLOCATING), ALWAYS, Finding.NO_MEMORY),
            new Rule(ANY, EnumSet.of(BRIDGING), RelayFacts::isNotOpen, Finding.NOT_OPEN),
            // What DRBD still believes in, and what it has left behind
            new Rule(EnumSet.of(RESUMING), ANY, WE_DIAL, Finding.CONNECTOR_BRIDGE_BROKE),
            new Rule(ANY, EnumSet.of(RESUMING), WE_DIAL, Finding.CONNECTOR_BRIDGE_BROKE),
            new Rule(EnumSet.of(RESUMING), ANY, PEER_DIALS, Finding.ACCEPTOR_BRIDGE_BROKE),
            new Rule(ANY, EnumSet.of(RESUMING), PEER_DIALS, Finding.ACCEPTOR_BRIDGE_BROKE),
            new Rule(EnumSet.of(RESUMING), EnumSet.of(RESUMING, BRIDGING), ALWAYS, Finding.BRIDGES_BROKE),
            new Rule(EnumSet.of(BRIDGING), EnumSet.of(RESUMING), ALWAYS, Finding.BRIDGES_BROKE),
            new Rule(EnumSet.of(RESUMING), ANY, ALWAYS, Finding.ACCEPTOR_BRIDGE_BROKE),
            new Rule(ANY, EnumSet.of(RESUMING), ALWAYS, Finding.CONNECTOR_BRIDGE_BROKE),
            new Rule(EnumSet.of(CLOSE_PENDING), ANY, ALWAYS, Finding.DRAINING),
            new Rule(ANY, EnumSet.of(CLOSE_PENDING), ALWAYS, Finding.DRAINING),
            // The local DRBD does not take our dial
            new Rule(DIALLED, TRIES_DRBD, LOCAL_DRBD_FAILED, Finding.LOCAL_DRBD_ONLY_DIALS),
            new Rule(ANY, TRIES_DRBD, RelayFacts::hasUnreachableDrbdDialled, Finding.LOCAL_DRBD_ONLY_DIALS),
            new Rule(EnumSet.of(WAITING), TRIES_DRBD, LOCAL_DRBD_FAILED, Finding.LOCAL_DRBD_DOWN),
            new Rule(ANY, TRIES_DRBD, LOCAL_DRBD_FAILED, Finding.LOCAL_DRBD_UNREACHABLE),
            // The bridges, where one site dials alone
            new Rule(EnumSet.of(BRIDGING), ANY, RelayFacts::isDialContradicted, Finding.BOTH_OUTBOUND),
            new Rule(ANY, EnumSet.of(BRIDGING), RelayFacts::isDialContradicted, Finding.BOTH_OUTBOUND),
            new Rule(EnumSet.of(BRIDGING), ANY, WE_DIAL.and(peer(FaultKind.REFUSED_BY_PEER)), Finding.PEER_REFUSES),
            new Rule(ANY, EnumSet.of(BRIDGING), WE_DIAL.and(peer(FaultKind.REFUSED_BY_PEER)), Finding.PEER_REFUSES),
            new Rule(EnumSet.of(BRIDGING), ANY, WE_DIAL, Finding.ONLY_WE_DIAL),
            new Rule(ANY, EnumSet.of(BRIDGING), WE_DIAL, Finding.ONLY_WE_DIAL),
            new Rule(EnumSet.of(BRIDGING), ANY, PEER_DIALS, Finding.ONLY_PEER_DIALS),
            new Rule(ANY, EnumSet.of(BRIDGING), PEER_DIALS, Finding.ONLY_PEER_DIALS),
            // The bridges, where each site dials for its own
            new Rule(ANY, EnumSet.of(BRIDGING), peer(FaultKind.REFUSED_BY_PEER), Finding.PEER_REFUSES),
            new Rule(ANY, EnumSet.of(BRIDGING), peer(FaultKind.TLS), Finding.PEER_NOT_TRUSTED),
            new Rule(EnumSet.of(BRIDGING), BRIDGE, PEER_KEPT_OUT, Finding.PEER_KEPT_OUT),
            new Rule(EnumSet.of(BRIDGING), EnumSet.of(BRIDGING), PEER_KEPT_OUT, Finding.PEER_KEPT_OUT),
            new Rule(EnumSet.of(BRIDGING), EnumSet.of(BRIDGING), peer(FaultKind.REFUSED), Finding.NO_PEER),
            new Rule(EnumSet.of(BRIDGING), EnumSet.of(BRIDGING), peer(FaultKind.TIMED_OUT), Finding.NO_LINE),
            new Rule(EnumSet.of(BRIDGING), EnumSet.of(BRIDGING), ALWAYS, Finding.NO_BRIDGES),
            new Rule(BRIDGE, EnumSet.of(BRIDGING), ALWAYS, Finding.PEER_ONLY_DIALS),
            new Rule(ANY, EnumSet.of(BRIDGING), ALWAYS, Finding.PEER_UNREACHABLE),
            new Rule(EnumSet.of(BRIDGING), BRIDGE, ALWAYS, Finding.PEER_ONLY_LISTENS),
            new Rule(EnumSet.of(BRIDGING), ANY, ALWAYS, Finding.PEER_DIALS_NOT),
            // The far DRBD does not take its Forebay's dial
            new Rule(FAR_TRIED, REACHED, FAR_DRBD_FAILED, Finding.FAR_DRBD_ONLY_DIALS),
            new Rule(FAR_TRIED, EnumSet.of(CONNECTING), FAR_DRBD_FAILED.and(FAR_DRBD_AWAITED), Finding.FAR_DRBD_DOWN),
            new Rule(FAR_TRIED, ANY, FAR_DRBD_FAILED, Finding.FAR_DRBD_UNREACHABLE),
            new Rule(EnumSet.of(ESTABLISHING), REACHED, ALWAYS, Finding.FAR_DRBD_ONLY_DIALS),
            new Rule(EnumSet.of(ESTABLISHING), EnumSet.of(CONNECTING), FAR_DRBD_AWAITED, Finding.FAR_DRBD_DOWN),
            new Rule(EnumSet.of(ESTABLISHING), ANY, ALWAYS, Finding.FAR_DRBD_UNREACHABLE),
            // A DRBD does not dial
            new Rule(ENDS, ANY, ALWAYS, Finding.ENDED),
            new Rule(ANY, ENDS, ALWAYS, Finding.ENDED),
            new Rule(EnumSet.of(WAITING), EnumSet.of(CONNECTING), FAR_DRBD_AWAITED, Finding.NOBODY_DIALS),
            new Rule(EnumSet.of(WAITING), REACHED, ALWAYS, Finding.LOCAL_DRBD_ONLY_LISTENS),
            new Rule(EnumSet.of(WAITING), ANY, ALWAYS, Finding.LOCAL_DRBD_DIALS_NOT),
            new Rule(EnumSet.of(CONNECTED), ANY, ALWAYS, Finding.FIRST_PACKET),
            new Rule(EnumSet.of(ESTABLISHED), EnumSet.of(CONNECTING), FAR_DRBD_AWAITED, Finding.FAR_DRBD_ONLY_LISTENS),
            new Rule(EnumSet.of(ESTABLISHED), EnumSet.of(CONNECTING), ALWAYS, Finding.LOCAL_DRBD_BEING_DIALLED),
            new Rule(EnumSet.of(ESTABLISHED), EnumSet.of(ESTABLISHED), ALWAYS, Finding.CROSSED),
            new Rule(ANY, ANY, ALWAYS, Finding.BEGINNING));

    /** A second connection that is broken, too, said after the first. */
    private record Aside(Leg leg, Predicate<RelayFacts> when, String sentence) {}

    private static final List<Aside> ASIDES = List.of(
            new Aside(
                    Leg.INSIDE_TO_DRBD,
                    LOCAL_DRBD_FAILED,
                    " Besides, the local DRBD at {drbd} could not be reached from {insideIp}{tries}."),
            new Aside(
                    Leg.PEER_TO_OUTSIDE,
                    facts -> facts.state(ChannelRole.ACCEPTOR) == BRIDGING && facts.dial() == DialMode.BOTH,
                    " Besides, the peer Forebay at {peerIp} has not reached the outside at {outside}{tries}."),
            new Aside(
                    Leg.DRBD_TO_INSIDE,
                    facts -> facts.state(ChannelRole.ACCEPTOR) == WAITING && !facts.failed(Leg.FAR_INSIDE_TO_FAR_DRBD),
                    " Besides, the local DRBD at {drbd} has not dialled the inside at {inside}."),
            new Aside(
                    Leg.FAR_INSIDE_TO_FAR_DRBD,
                    FAR_DRBD_FAILED,
                    " Besides, the far DRBD at {farDrbd} could not be reached from its Forebay{tries}."));

    private static final Set<Finding> SAY_TWO_THINGS = EnumSet.of(
            Finding.BRIDGES_BROKE,
            Finding.ACCEPTOR_BRIDGE_BROKE,
            Finding.CONNECTOR_BRIDGE_BROKE,
            Finding.NO_PEER,
            Finding.NO_LINE,
            Finding.NO_BRIDGES,
            Finding.LOCAL_DRBD_DOWN,
            Finding.NOBODY_DIALS);

    private Diagnoser() {}

    static Diagnosis diagnose(RelayFacts facts) {
        boolean complete = facts.isComplete();
        ChannelState acceptor = complete ? ESTABLISHED : facts.state(ChannelRole.ACCEPTOR);
        ChannelState connector = complete ? ESTABLISHED : facts.state(ChannelRole.CONNECTOR);
        Finding finding = finding(acceptor, connector, facts);
        Optional<Leg> leg = finding.leg();
        Instant since = leg.flatMap(facts::since)
                .or(() -> facts.since(finding.states()))
                .orElse(Instant.EPOCH);
        DiagnosisWords words = new DiagnosisWords(facts, since);
        return new Diagnosis(
                acceptor,
                connector,
                finding == Finding.HEALTHY,
                leg,
                leg.map(words::from).orElse(""),
                leg.map(words::to).orElse(""),
                since,
                leg.flatMap(facts::fault).map(Fault::error).orElse(""),
                leg.map(one -> words.fill(finding.sentence(), one) + aside(one, finding, facts, words))
                                .orElseGet(() -> words.fill(finding.sentence()))
                        + DiagnosisWords.besides(finding, facts.problems()),
                words.fill(finding.check()
                        .orElseGet(() -> Remedy.check(leg.orElseThrow(), facts.kind(leg.orElseThrow())))));
    }

    private static Finding finding(ChannelState acceptor, ChannelState connector, RelayFacts facts) {
        return RULES.stream()
                .filter(rule ->
                        rule.acceptor.contains(acceptor) && rule.connector.contains(connector) && rule.when.test(facts))
                .findFirst()
                .orElseThrow()
                .finding;
    }

    private static String aside(Leg leg, Finding finding, RelayFacts facts, DiagnosisWords words) {
        if (SAY_TWO_THINGS.contains(finding)) {
            return "";
        }
        return ASIDES.stream()
                .filter(aside -> aside.leg != leg && aside.when.test(facts))
                .findFirst()
                .map(aside -> words.fill(aside.sentence, aside.leg))
                .orElse("");
    }
}
