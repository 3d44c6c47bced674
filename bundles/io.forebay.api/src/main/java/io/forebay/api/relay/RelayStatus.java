/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.List;

/**
 * What an operator sees of a relay.
 *
 * @param settings its configuration
 * @param problem what keeps it from working as configured, in one sentence; empty if nothing does
 * @param bab its memory
 * @param channels its channels: acceptors first, then connectors; on a quiet pair one of each, or both of one role if one
 *     node dialled both its connections. One that stands by is shown only while DRBD lacks a connection
 * @param peer what is known of the peer Forebay
 * @param faults connections that went wrong and have not gone well since, at most one of each {@link Leg}
 * @param diagnosis what all this means
 */
public record RelayStatus(
        RelaySettings settings,
        String problem,
        BabStatus bab,
        List<ChannelStatus> channels,
        PeerStatus peer,
        List<Fault> faults,
        Diagnosis diagnosis) {

    public RelayStatus {
        channels = List.copyOf(channels);
        faults = List.copyOf(faults);
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
