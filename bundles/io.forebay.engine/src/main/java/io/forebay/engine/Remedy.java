/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.Leg;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What to check when a connection is missing: by connection and kind of error, the first that fits. */
record Remedy(Leg leg, Set<FaultKind> kinds, String check) {

    private static final Set<FaultKind> ANY = EnumSet.allOf(FaultKind.class);

    private static final List<Remedy> ALL = List.of(
            remedy(
                    Leg.OUTSIDE_TO_PEER,
                    FaultKind.REFUSED_BY_PEER,
                    "that the relay is configured at the peer with resource = {resource} and outside = {peer}, "
                            + "and runs there; the peer's log says why it refuses."),
            remedy(
                    Leg.OUTSIDE_TO_PEER,
                    FaultKind.TLS,
                    "that tls is the same at both sites, and that each has in etc/tls/peers what forebay keygen made at the other; "
                            + "forebay:diag at the peer says how it looks from there."),
            remedy(
                    Leg.PEER_TO_OUTSIDE,
                    FaultKind.TLS,
                    "that tls is the same at both sites, and that each has in etc/tls/peers what forebay keygen made at the other; "
                            + "forebay:diag at the peer says how it looks from there."),
            remedy(
                    Leg.OUTSIDE_TO_PEER,
                    FaultKind.REFUSED,
                    "that the peer Forebay runs, that its outside is {peer}, and that peer = {peer} in {source} is right."),
            remedy(
                    Leg.OUTSIDE_TO_PEER,
                    FaultKind.TIMED_OUT,
                    "the line between the sites: that {peerIp} is up and routed, and that no packet filter drops TCP from "
                            + "{outsideIp} to port {peerPort}."),
            new Remedy(
                    Leg.OUTSIDE_TO_PEER,
                    ANY,
                    "that the peer Forebay runs, that peer = {peer} in {source} is its outside, and that packet filters let TCP "
                            + "to port {peerPort} through."),
            new Remedy(
                    Leg.PEER_TO_OUTSIDE,
                    ANY,
                    "at the peer, that it runs and its peer is {outside}, and what forebay:diag says there; and that packet "
                            + "filters let TCP from {peerIp} to port {outsidePort} through."),
            remedy(
                    Leg.INSIDE_TO_DRBD,
                    FaultKind.NO_MEMORY,
                    "memlimit = {memlimit} in {source}: it is too small for one more channel."),
            remedy(
                    Leg.INSIDE_TO_DRBD,
                    FaultKind.REFUSED,
                    "that the resource is up there (drbdadm status {resource}), that DRBD's own address is "
                            + "drbd = {drbd} of {source}, and that no packet filter rejects port {drbdPort}."),
            remedy(
                    Leg.INSIDE_TO_DRBD,
                    FaultKind.TIMED_OUT,
                    "that the node of {drbd} is up, and that no packet filter drops TCP from {insideIp} to port {drbdPort}."),
            new Remedy(
                    Leg.INSIDE_TO_DRBD,
                    ANY,
                    "that DRBD listens at drbd = {drbd} of {source} and that no packet filter stands between."),
            new Remedy(
                    Leg.DRBD_TO_INSIDE,
                    ANY,
                    "that drbdadm status {resource} at {drbd} says Connecting, that the peer's address in drbd.conf there is "
                            + "inside = {inside}, and that no packet filter drops TCP to port {insidePort}."),
            remedy(
                    Leg.FAR_INSIDE_TO_FAR_DRBD,
                    FaultKind.NO_MEMORY,
                    "memlimit of the relay at the peer: it is too small for one more channel."),
            remedy(
                    Leg.FAR_INSIDE_TO_FAR_DRBD,
                    FaultKind.TIMED_OUT,
                    "that the node of {farDrbd} is up, and that no packet filter there drops TCP from {farInsideIp} to port "
                            + "{farDrbdPort}."),
            new Remedy(
                    Leg.FAR_INSIDE_TO_FAR_DRBD,
                    ANY,
                    "that the resource is up there (drbdadm status {resource}), that drbd = {farDrbd} at the peer Forebay is "
                            + "DRBD's own address, and that no packet filter stands between."),
            new Remedy(
                    Leg.FAR_DRBD_TO_FAR_INSIDE,
                    ANY,
                    "that drbdadm status {resource} at {farDrbd} says Connecting, that the peer's address in drbd.conf there is "
                            + "{farInside}, and that no packet filter drops TCP to port {farInsidePort}."));

    private static Remedy remedy(Leg leg, FaultKind kind, String check) {
        return new Remedy(leg, EnumSet.of(kind), check);
    }

    static String check(Leg leg, FaultKind kind) {
        return ALL.stream()
                .filter(one -> one.leg == leg && one.kinds.contains(kind))
                .findFirst()
                .orElseThrow()
                .check;
    }
}
