/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.ChannelStatus.Flow;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.RelayStatus.BabStatus;
import io.forebay.api.text.ByteCount;
import io.forebay.api.text.TextTable;
import java.util.List;
import java.util.Locale;

/** The BABs, relay by relay and channel by channel: {@code forebay:memusage}. */
final class MemoryTable {

    /**
     * One relay's memory.
     *
     * @param heldPercent of the limit, rounded to a tenth
     * @param segments how many are held
     */
    record Row(
            String relay,
            String allocator,
            long limitBytes,
            long heldBytes,
            double heldPercent,
            long peakBytes,
            int segmentBytes,
            long segments,
            List<ChannelMemory> channels) {}

    /** One channel's BABs. */
    record ChannelMemory(long channel, String type, String role, FlowMemory transmit, FlowMemory receive) {}

    /** One BAB, and the positions of its direction. */
    record FlowMemory(long heldBytes, long backlogBytes, long received, long sent, long confirmed) {}

    private MemoryTable() {}

    static Row row(RelayStatus relay) {
        BabStatus bab = relay.bab();
        return new Row(
                relay.settings().name(),
                bab.allocator(),
                bab.limitBytes(),
                bab.heldBytes(),
                bab.limitBytes() == 0 ? 0 : Math.round(1000.0 * bab.heldBytes() / bab.limitBytes()) / 10.0,
                bab.peakBytes(),
                bab.segmentBytes(),
                bab.segmentBytes() == 0 ? 0 : bab.heldBytes() / bab.segmentBytes(),
                relay.channels().stream().map(MemoryTable::channel).toList());
    }

    private static ChannelMemory channel(ChannelStatus channel) {
        return new ChannelMemory(
                channel.id(),
                channel.type().name().toLowerCase(Locale.ROOT),
                channel.role().name().toLowerCase(Locale.ROOT),
                flow(channel.transmit()),
                flow(channel.receive()));
    }

    private static FlowMemory flow(Flow flow) {
        return new FlowMemory(flow.heldBytes(), flow.backlogBytes(), flow.received(), flow.sent(), flow.confirmed());
    }

    static String text(List<Row> rows) {
        TextTable relays = new TextTable("Name", "Allocator", "Memlimit", "Held", "Used", "Peak", "Segments");
        TextTable channels = new TextTable(
                "Name", "Channel", "Type", "Role", "Direction", "Held", "Backlog", "Received", "Sent", "Confirmed");
        for (Row row : rows) {
            relays.row(
                    row.relay,
                    row.allocator,
                    ByteCount.text(row.limitBytes),
                    ByteCount.text(row.heldBytes),
                    row.heldPercent + " %",
                    ByteCount.text(row.peakBytes),
                    row.segments + " of " + ByteCount.text(row.segmentBytes));
            for (ChannelMemory channel : row.channels) {
                flow(channels, row.relay, channel, "transmit", channel.transmit);
                flow(channels, row.relay, channel, "receive", channel.receive);
            }
        }
        return relays + "\n\n" + channels;
    }

    private static void flow(TextTable table, String relay, ChannelMemory channel, String direction, FlowMemory flow) {
        table.row(
                relay,
                channel.channel,
                channel.type,
                channel.role,
                direction,
                ByteCount.text(flow.heldBytes),
                ByteCount.text(flow.backlogBytes),
                flow.received,
                flow.sent,
                flow.confirmed);
    }
}
