/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.List;

/**
 * What an operator sees of a relay.
 *
 * @param settings its configuration
 * @param problems what keeps it from working as configured, a sentence each, the worst first; none if nothing does
 * @param bab its memory
 * @param channels its channels: acceptors first, then connectors; on a quiet pair one of each, or both of one role if one
 *     node dialled both its connections. One that stands by is shown only while DRBD lacks a connection
 * @param peer what is known of the peer Forebay
 * @param faults connections that went wrong and have not gone well since, at most one of each {@link Leg}
 * @param diagnosis what all this means
 * @param bandwidth how fast it may send now
 */
public record RelayStatus(
        RelaySettings settings,
        List<String> problems,
        BabStatus bab,
        List<ChannelStatus> channels,
        PeerStatus peer,
        List<Fault> faults,
        Diagnosis diagnosis,
        BandwidthStatus bandwidth) {

    /** Of a relay with one problem, or with none if that is empty, and without a limit. */
    public RelayStatus(
            RelaySettings settings,
            String problem,
            BabStatus bab,
            List<ChannelStatus> channels,
            PeerStatus peer,
            List<Fault> faults,
            Diagnosis diagnosis) {
        this(settings, problem.isEmpty() ? List.of() : List.of(problem), bab, channels, peer, faults, diagnosis);
    }

    /** Without a limit. */
    public RelayStatus(
            RelaySettings settings,
            List<String> problems,
            BabStatus bab,
            List<ChannelStatus> channels,
            PeerStatus peer,
            List<Fault> faults,
            Diagnosis diagnosis) {
        this(settings, problems, bab, channels, peer, faults, diagnosis, BandwidthStatus.NONE);
    }

    public RelayStatus {
        problems = List.copyOf(problems);
        channels = List.copyOf(channels);
        faults = List.copyOf(faults);
    }

    /** The worst problem, and how many more there are; empty if there is none. */
    public String problem() {
        int more = problems.size() - 1;
        return switch (more) {
            case -1 -> "";
            case 0 -> problems.get(0);
            default -> "%s (and %d more)".formatted(problems.get(0), more);
        };
    }

    /**
     * A relay's memory.
     *
     * @param allocator the allocator's name
     * @param limitBytes the memlimit
     * @param heldBytes leased from the allocator now, whole segments
     * @param peakBytes the most ever leased at once
     * @param segmentBytes the size of a segment
     */
    public record BabStatus(String allocator, long limitBytes, long heldBytes, long peakBytes, int segmentBytes) {}
}
