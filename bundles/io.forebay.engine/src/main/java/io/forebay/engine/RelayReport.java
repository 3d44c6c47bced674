/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.BandwidthStatus;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.Fault;
import io.forebay.api.relay.PeerStatus;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What operators see of a relay: its channels in use, and of those that stand by only what tells them something. */
final class RelayReport {

    private RelayReport() {}

    /** With {@code memory} that may be {@code null}, and the statuses of all channels, by age. */
    static RelayStatus of(
            RelaySettings settings,
            List<String> problems,
            RelayMemory memory,
            List<ChannelStatus> channels,
            PeerStatus peer,
            List<Fault> faults,
            BandwidthStatus bandwidth) {
        List<ChannelStatus> shown = new ArrayList<>();
        boolean complete = isPairEstablished(channels);
        for (ChannelRole role : ChannelRole.values()) {
            List<ChannelStatus> ofRole =
                    channels.stream().filter(one -> one.role() == role).toList();
            List<ChannelStatus> inUse =
                    ofRole.stream().filter(RelayReport::isInUse).toList();
            if (inUse.isEmpty() && !complete) {
                ofRole.stream()
                        .filter(one -> one.state() != ChannelState.STOPPED)
                        .max(Comparator.comparing(one -> one.state().ordinal()))
                        .ifPresent(shown::add);
            }
            shown.addAll(inUse);
        }
        return new RelayStatus(
                settings,
                problems,
                bab(settings, memory),
                shown,
                peer,
                faults,
                Diagnoser.diagnose(new RelayFacts(settings, problems, shown, peer, faults)),
                bandwidth);
    }

    private static RelayStatus.BabStatus bab(RelaySettings settings, RelayMemory memory) {
        return memory == null
                ? new RelayStatus.BabStatus(settings.allocator(), settings.memlimitBytes(), 0, 0, 0)
                : new RelayStatus.BabStatus(
                        memory.plugIn() == null ? "none" : memory.plugIn().name(),
                        memory.limitBytes(),
                        memory.heldBytes(),
                        memory.peakBytes(),
                        memory.segmentBytes());
    }

    /** Whether DRBD has both its connections, whichever node dialled them: then what stands by is not missing anything. */
    static boolean isPairEstablished(List<ChannelStatus> channels) {
        return channels.stream()
                        .filter(one -> one.state() == ChannelState.ESTABLISHED)
                        .map(ChannelStatus::type)
                        .distinct()
                        .count()
                == 2;
    }

    private static boolean isInUse(ChannelStatus channel) {
        return channel.type() != ChannelType.UNDEFINED && channel.state() != ChannelState.STOPPED;
    }
}
