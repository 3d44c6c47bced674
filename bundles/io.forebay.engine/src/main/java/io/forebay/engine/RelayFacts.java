/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.Fault;
import io.forebay.api.relay.Leg;
import io.forebay.api.relay.PeerStatus;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a diagnosis is made from.
 *
 * @param settings the relay's configuration
 * @param problems what keeps it from working as configured, the worst first
 * @param channels the channels that operators see
 * @param peer what is known of the peer Forebay
 * @param faults what went wrong and has not gone well since
 */
record RelayFacts(
        RelaySettings settings,
        List<String> problems,
        List<ChannelStatus> channels,
        PeerStatus peer,
        List<Fault> faults) {

    private static final Set<Leg> BRIDGES = EnumSet.of(Leg.OUTSIDE_TO_PEER, Leg.PEER_TO_OUTSIDE);

    private static final Set<ChannelState> ENDING =
            EnumSet.of(ChannelState.CLOSE_PENDING, ChannelState.STOPPING, ChannelState.STOPPED);

    /** Of several channels of a role, the one whose state stands first here needs explaining most. */
    private static final List<ChannelState> NEED = List.of(
            ChannelState.RESUMING,
            ChannelState.ALLOCATING,
            ChannelState.BRIDGING,
            ChannelState.BRIDGED,
            ChannelState.WAITING,
            ChannelState.CONNECTING,
            ChannelState.CONNECTED,
            ChannelState.ESTABLISHING,
            ChannelState.CLOSE_PENDING,
            ChannelState.STOPPING,
            ChannelState.STOPPED,
            ChannelState.ESTABLISHED);

    /** The worst problem; empty if there is none. */
    String problem() {
        return problems.isEmpty() ? "" : problems.get(0);
    }

    /** Whether both of DRBD's connections are relayed, whichever node dialled them. */
    boolean isComplete() {
        return RelayReport.isPairEstablished(channels);
    }

    /** The channel of a role that matters; empty if there is none of that role. */
    Optional<ChannelStatus> channel(ChannelRole role) {
        return channels.stream()
                .filter(one -> one.role() == role)
                .min(Comparator.comparing(this::isLeftOver)
                        .thenComparing(one -> NEED.indexOf(one.state()))
                        .thenComparing(one -> -one.id()));
    }

    /** Whether a channel ends while its successor lives already. */
    private boolean isLeftOver(ChannelStatus channel) {
        return ENDING.contains(channel.state())
                && channels.stream().anyMatch(one -> one.type() == channel.type() && !ENDING.contains(one.state()));
    }

    /** The state of the channel that matters; a role without any lacks its bridge. */
    ChannelState state(ChannelRole role) {
        return channel(role).map(ChannelStatus::state).orElse(ChannelState.BRIDGING);
    }

    /** Who dials the WAN, as far as this site knows: it alone, the peer alone, or each for its own. */
    DialMode dial() {
        return settings.line().dial().with(peer.dial());
    }

    /** Whether both sites want to dial alone, so that neither gets through. */
    boolean isDialContradicted() {
        return settings.line().dial() == DialMode.OUTBOUND && peer.dial() == DialMode.OUTBOUND;
    }

    Optional<Fault> fault(Leg leg) {
        return faults.stream().filter(one -> one.leg() == leg).findFirst();
    }

    boolean failed(Leg leg) {
        return fault(leg).isPresent();
    }

    FaultKind kind(Leg leg) {
        return FaultKind.of(fault(leg));
    }

    /** Whether the local DRBD cannot be reached, and has dialled all the same: it was let go for want of the far one. */
    boolean hasUnreachableDrbdDialled() {
        return fault(Leg.INSIDE_TO_DRBD)
                .flatMap(local ->
                        fault(Leg.FAR_INSIDE_TO_FAR_DRBD).map(far -> !far.last().isBefore(local.since())))
                .orElse(false);
    }

    /** Whether ports or memory are missing, so that there is no connector at all: then what is shown for it says so. */
    boolean isNotOpen() {
        return !problem().isEmpty()
                && channel(ChannelRole.CONNECTOR)
                        .map(one -> one.reason().equals(problem()))
                        .orElse(false);
    }

    /** Whether the far DRBD has not dialled its Forebay, as far as the connector that matters knows. */
    boolean isFarDrbdAwaited() {
        return channel(ChannelRole.CONNECTOR)
                .map(one -> one.type() == ChannelType.UNDEFINED)
                .orElse(true);
    }

    /** The last time at which a channel entered one of these states. */
    Optional<Instant> since(Set<ChannelState> states) {
        return channels.stream()
                .filter(one -> states.contains(one.state()))
                .map(ChannelStatus::since)
                .max(Comparator.naturalOrder());
    }

    /** Since when a connection is missing. */
    Optional<Instant> since(Leg leg) {
        Optional<Instant> failed = fault(leg).map(Fault::since);
        Optional<ChannelStatus> channel = channel(leg);
        if (failed.isEmpty() || channel.isEmpty()) {
            return failed.or(() -> channel.map(ChannelStatus::since));
        }
        Instant entered = channel.get().since();
        return switch (channel.get().state()) {
            case RESUMING -> Optional.of(entered);
            // A link that broke while others stood may have left its fault behind.
            case BRIDGING -> Optional.of(entered.isAfter(failed.get()) ? entered : failed.get());
            // The channel has been let go and made anew at every try.
            default -> failed;
        };
    }

    /** The channel that a connection is part of; of several the one that matters. */
    private Optional<ChannelStatus> channel(Leg leg) {
        boolean ofAll = dial() != DialMode.BOTH && BRIDGES.contains(leg);
        return ofAll
                ? Arrays.stream(ChannelRole.values())
                        .flatMap(role -> channel(role).stream())
                        .min(Comparator.comparing(one -> NEED.indexOf(one.state())))
                : channel(roleOf(leg));
    }

    /** The role of the channel that a connection is part of. */
    private static ChannelRole roleOf(Leg leg) {
        return switch (leg) {
            case DRBD_TO_INSIDE, PEER_TO_OUTSIDE, FAR_INSIDE_TO_FAR_DRBD -> ChannelRole.ACCEPTOR;
            case INSIDE_TO_DRBD, OUTSIDE_TO_PEER, FAR_DRBD_TO_FAR_INSIDE -> ChannelRole.CONNECTOR;
        };
    }

    /** Why the channels in one of these states are in it; empty if they do not say. */
    String reason(Set<ChannelState> states) {
        return channels.stream()
                .filter(one -> states.contains(one.state()))
                .map(ChannelStatus::reason)
                .filter(reason -> !reason.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** What waits in the channels of a state, both directions, in bytes. */
    long backlogBytes(ChannelState state) {
        return channels.stream()
                .filter(one -> one.state() == state)
                .mapToLong(one -> one.transmit().backlogBytes() + one.receive().backlogBytes())
                .sum();
    }
}
