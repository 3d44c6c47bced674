/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static io.forebay.api.state.ChannelState.*;

import io.forebay.api.relay.Leg;
import io.forebay.api.state.ChannelState;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What can be the matter with a relay. Words in braces are those of {@link DiagnosisWords}. Where a connection is missing, what
 * to check follows from it and its error: {@link Remedy}.
 */
enum Finding {
    HEALTHY(EnumSet.of(ESTABLISHED), "healthy{but}", ""),
    CROSSED(
            EnumSet.of(ESTABLISHED),
            "both channels carry a {type} connection, for the DRBDs at {drbd} and {farDrbd} dialled at the same time; "
                    + "they close one of the two themselves.",
            "again in a few seconds; if it stays, drbdadm status {resource} on both nodes."),
    NO_MEMORY(
            EnumSet.of(ALLOCATING),
            "memory for the BABs is being obtained since {since}: memlimit {memlimit}, allocator {allocator}{because}.",
            "memlimit and allocator in {source}, and what memory this machine has left."),
    NOT_OPEN(
            EnumSet.of(BRIDGING),
            "the relay cannot open since {since}: {problem}.",
            "that setting in {source}; it is tried again every second."),

    BRIDGES_BROKE(
            Leg.OUTSIDE_TO_PEER,
            "the bridges between {outsideIp} and the peer Forebay at {peer} broke at {since} and are dialled again{tries}. "
                    + "DRBD's connections are kept until {resumeEnd}; {resumeBytes} bytes wait here."),
    ACCEPTOR_BRIDGE_BROKE(
            Leg.PEER_TO_OUTSIDE,
            "the bridge that the peer Forebay at {peerIp} had dialled to the outside at {outside} broke at {since}{tries}. "
                    + "DRBD's connections are kept until {resumeEnd}; {resumeBytes} bytes wait here."),
    CONNECTOR_BRIDGE_BROKE(
            Leg.OUTSIDE_TO_PEER,
            "the bridge from {outsideIp} to the peer Forebay at {peer} broke at {since} and is dialled again{tries}. "
                    + "DRBD's connections are kept until {resumeEnd}; {resumeBytes} bytes wait here."),
    DRAINING(
            EnumSet.of(CLOSE_PENDING),
            "a connection of DRBD ended at {since} ({drainReason}); {drainBytes} bytes buffered between {drbd} and {farDrbd} "
                    + "are still delivered, until {drainEnd} at the latest.",
            "drbdadm status {resource} on both nodes: it says why DRBD closed its connection."),
    ENDED(
            EnumSet.of(STOPPING, STOPPED),
            "the connections of DRBD are being closed since {since} ({endReason}); DRBD dials again by itself.",
            "again in a few seconds; if it stays, whether the DRBD at {drbd} still reads and closes its connection."),

    NO_PEER(
            Leg.OUTSIDE_TO_PEER,
            "no Forebay listens at {peer}, dialled from {outsideIp} since {since}{tries}; "
                    + "nor has the peer dialled the outside at {outside}."),
    NO_LINE(
            Leg.OUTSIDE_TO_PEER,
            "nothing answers at {peer}, dialled from {outsideIp} since {since}{tries}; "
                    + "nor has the peer dialled the outside at {outside}."),
    NO_BRIDGES(
            Leg.OUTSIDE_TO_PEER,
            "there is no bridge from {outsideIp} to the peer Forebay at {peer} since {since}{tries}; "
                    + "nor has the peer dialled the outside at {outside}."),
    PEER_REFUSES(
            Leg.OUTSIDE_TO_PEER,
            "the peer Forebay at {peer} refuses this relay, dialled from {outsideIp} since {since}{tries}."),
    PEER_NOT_TRUSTED(
            Leg.OUTSIDE_TO_PEER,
            "this Forebay and the peer at {peer} do not come to trust each other, dialled from {outsideIp} since {since}{tries}."),
    PEER_KEPT_OUT(
            Leg.PEER_TO_OUTSIDE,
            "the peer Forebay at {peerIp} was kept out of the outside at {outside} since {since}{tries}."),
    PEER_ONLY_DIALS(
            Leg.OUTSIDE_TO_PEER,
            "the peer Forebay at {peer} cannot be reached from {outsideIp} since {since}{tries}, "
                    + "although it reaches the outside at {outside}."),
    PEER_UNREACHABLE(
            Leg.OUTSIDE_TO_PEER, "the peer Forebay at {peer} cannot be reached from {outsideIp} since {since}{tries}."),
    PEER_ONLY_LISTENS(
            Leg.PEER_TO_OUTSIDE,
            "the peer Forebay at {peerIp} has not reached the outside at {outside} since {since}{tries}, "
                    + "although it can be reached at {peer}."),
    PEER_DIALS_NOT(
            Leg.PEER_TO_OUTSIDE,
            "the peer Forebay at {peerIp} has not reached the outside at {outside} since {since}{tries}."),

    BOTH_OUTBOUND(
            Leg.OUTSIDE_TO_PEER,
            "both sites say dial = outbound, so each dials and neither may be dialled: no bridge to the peer Forebay at "
                    + "{peer} since {since}.",
            "dial in {source}, or at the peer: one of the two must say inbound or both."),
    ONLY_WE_DIAL(
            Leg.OUTSIDE_TO_PEER,
            "the peer Forebay at {peer}, which only this site dials ({dial}), cannot be reached from {outsideIp} "
                    + "since {since}{tries}."),
    ONLY_PEER_DIALS(
            Leg.PEER_TO_OUTSIDE,
            "the peer Forebay at {peerIp}, which alone is to dial ({dial}), has not reached the outside at {outside} "
                    + "since {since}{tries}.",
            "at the peer, that it runs, that its dial is outbound or both and its peer is {outside}, and what forebay:diag says "
                    + "there; and that packet filters let TCP from {peerIp} to port {outsidePort} through."),

    LOCAL_DRBD_ONLY_DIALS(
            Leg.INSIDE_TO_DRBD,
            "the local DRBD at {drbd} cannot be reached from {insideIp} since {since}{tries}, "
                    + "although it has dialled this Forebay."),
    LOCAL_DRBD_DOWN(
            Leg.INSIDE_TO_DRBD,
            "the local DRBD at {drbd} cannot be reached from {insideIp} since {since}{tries}, "
                    + "nor has it dialled the inside at {inside}."),
    LOCAL_DRBD_UNREACHABLE(
            Leg.INSIDE_TO_DRBD, "the local DRBD at {drbd} cannot be reached from {insideIp} since {since}{tries}."),
    LOCAL_DRBD_BEING_DIALLED(
            Leg.INSIDE_TO_DRBD, "the local DRBD at {drbd} is being dialled from {insideIp} since {since}."),
    NOBODY_DIALS(
            Leg.DRBD_TO_INSIDE,
            "the local DRBD at {drbd} has not dialled the inside at {inside} since {since}, "
                    + "nor has the far DRBD at {farDrbd} dialled its Forebay."),
    LOCAL_DRBD_ONLY_LISTENS(
            Leg.DRBD_TO_INSIDE,
            "the local DRBD at {drbd} has not dialled the inside at {inside} since {since}, "
                    + "although it can be reached from there."),
    LOCAL_DRBD_DIALS_NOT(
            Leg.DRBD_TO_INSIDE, "the local DRBD at {drbd} has not dialled the inside at {inside} since {since}."),
    FIRST_PACKET(
            EnumSet.of(CONNECTED),
            "the local DRBD at {drbd} has dialled the inside at {inside} at {since}, and its first packet is awaited.",
            "again in a few seconds; if it stays, whether it is DRBD that dials {inside}."),

    FAR_DRBD_ONLY_DIALS(
            Leg.FAR_INSIDE_TO_FAR_DRBD,
            "the far DRBD at {farDrbd} has not been reached from its Forebay at {farInsideIp} since {since}{tries}, "
                    + "although it has dialled that Forebay."),
    FAR_DRBD_DOWN(
            Leg.FAR_INSIDE_TO_FAR_DRBD,
            "the far DRBD at {farDrbd} has not been reached from its Forebay at {farInsideIp} since {since}{tries}, "
                    + "nor has it dialled that Forebay."),
    FAR_DRBD_UNREACHABLE(
            Leg.FAR_INSIDE_TO_FAR_DRBD,
            "the far DRBD at {farDrbd} has not been reached from its Forebay at {farInsideIp} since {since}{tries}."),
    FAR_DRBD_ONLY_LISTENS(
            Leg.FAR_DRBD_TO_FAR_INSIDE,
            "the far DRBD at {farDrbd} has not dialled its Forebay's inside at {farInside} since {since}, "
                    + "although it can be reached from there."),

    BEGINNING(
            EnumSet.complementOf(EnumSet.of(ESTABLISHED)),
            "the channels between {drbd} and {peer} are on their way: acceptor {acceptor}, connector {connector}, "
                    + "since {since}.",
            "again in a few seconds; if it stays, the log of this Forebay.");

    private final Set<ChannelState> states;
    private final Optional<Leg> leg;
    private final String sentence;
    private final Optional<String> check;

    /** A connection is missing. */
    Finding(Leg leg, String sentence) {
        this.states = EnumSet.noneOf(ChannelState.class);
        this.leg = Optional.of(leg);
        this.sentence = sentence;
        this.check = Optional.empty();
    }

    /** A connection is missing, and what to check does not follow from its error. */
    Finding(Leg leg, String sentence, String check) {
        this.states = EnumSet.noneOf(ChannelState.class);
        this.leg = Optional.of(leg);
        this.sentence = sentence;
        this.check = Optional.of(check);
    }

    /** No connection is missing, or it cannot be told which. */
    Finding(Set<ChannelState> states, String sentence, String check) {
        this.states = states;
        this.leg = Optional.empty();
        this.sentence = sentence;
        this.check = Optional.of(check);
    }

    /** Without a missing connection: since a channel entered one of these states, it is so. */
    Set<ChannelState> states() {
        return states;
    }

    /** The missing connection. */
    Optional<Leg> leg() {
        return leg;
    }

    String sentence() {
        return sentence;
    }

    /** What to check; empty where it follows from the missing connection. */
    Optional<String> check() {
        return check;
    }
}
