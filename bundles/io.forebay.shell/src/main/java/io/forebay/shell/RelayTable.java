/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.ChannelState;
import io.forebay.api.text.ByteCount;
import io.forebay.api.text.TextTable;
import java.util.Comparator;
import java.util.List;

/** A line per relay: {@code forebay:list}. */
final class RelayTable {

    static final String NO_RELAY =
            "There is no relay: add a file etc/io.forebay.relay-NAME.cfg, run drbdadm proxy-up all, or look in the log"
                    + " for a refused one.";

    /** What stands first explains why the rest cannot stand either. */
    private static final List<ChannelState> WORST_FIRST = List.of(
            ChannelState.STOPPED,
            ChannelState.STOPPING,
            ChannelState.CLOSE_PENDING,
            ChannelState.ALLOCATING,
            ChannelState.BRIDGING,
            ChannelState.RESUMING,
            ChannelState.BRIDGED,
            ChannelState.WAITING,
            ChannelState.CONNECTING,
            ChannelState.CONNECTED,
            ChannelState.ESTABLISHING,
            ChannelState.ESTABLISHED);

    /**
     * One relay.
     *
     * @param state the state of the channel that is furthest from relaying; empty if there is no channel
     * @param established how many channels relay
     * @param channels how many there are
     * @param backlogBytes of all channels, both directions
     * @param bwlimit that counts now: its own, or that of all relays
     */
    record Row(
            String relay,
            String resource,
            String state,
            long established,
            int channels,
            String codec,
            String allocator,
            long memlimitBytes,
            long heldBytes,
            long backlogBytes,
            BandwidthText bwlimit,
            String problem) {}

    private RelayTable() {}

    static Row row(RelayStatus relay) {
        List<ChannelStatus> channels = relay.channels();
        return new Row(
                relay.settings().name(),
                relay.settings().resource(),
                channels.stream()
                        .map(ChannelStatus::state)
                        .min(Comparator.comparing(WORST_FIRST::indexOf))
                        .map(ChannelState::label)
                        .orElse(""),
                channels.stream()
                        .filter(channel -> channel.state() == ChannelState.ESTABLISHED)
                        .count(),
                channels.size(),
                relay.settings().codec().toString(),
                relay.bab().allocator(),
                relay.settings().memlimitBytes(),
                relay.bab().heldBytes(),
                channels.stream()
                        .mapToLong(channel -> channel.transmit().backlogBytes()
                                + channel.receive().backlogBytes())
                        .sum(),
                BandwidthText.of(relay.bandwidth().inForce()),
                relay.problem());
    }

    static String text(List<Row> rows) {
        if (rows.isEmpty()) {
            return NO_RELAY;
        }
        TextTable table = new TextTable(
                "Name", "Resource", "State", "Codec", "Allocator", "Memlimit", "Held", "Backlog", "Bwlimit", "Problem");
        for (Row row : rows) {
            table.row(
                    row.relay,
                    row.resource,
                    row.channels == 0
                            ? "no channels"
                            : row.state + " (" + row.established + " of " + row.channels + ")",
                    row.codec,
                    row.allocator,
                    ByteCount.text(row.memlimitBytes),
                    ByteCount.text(row.heldBytes),
                    ByteCount.text(row.backlogBytes),
                    row.bwlimit.brief(),
                    row.problem.isEmpty() ? "-" : row.problem);
        }
        return table.toString();
    }
}
