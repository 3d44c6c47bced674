/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.ChannelStatus.Flow;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.text.ByteCount;
import io.forebay.api.text.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A line per channel and direction: {@code forebay:stats}. */
final class TrafficTable {

    /**
     * One direction of one channel.
     *
     * @param direction transmit or receive
     * @param receivedBytes DRBD's bytes that came in
     * @param wireBytes what was made of them on the bridge
     * @param ratio DRBD's bytes per byte on the bridge, rounded to a hundredth; 0 while there is none
     * @param roundTripNs 0 while unknown
     */
    record Row(
            String relay,
            long channel,
            String type,
            String role,
            String direction,
            long receivedBytes,
            long wireBytes,
            double ratio,
            long records,
            long rawRecords,
            long stalls,
            long backlogBytes,
            long roundTripNs) {}

    private TrafficTable() {}

    static List<Row> rows(RelayStatus relay) {
        String name = relay.settings().name();
        return relay.channels().stream()
                .flatMap(channel -> Stream.of(
                        row(
                                name,
                                channel,
                                "transmit",
                                channel.transmit(),
                                channel.transmit().sent()),
                        row(
                                name,
                                channel,
                                "receive",
                                channel.receive(),
                                channel.receive().received())))
                .toList();
    }

    private static Row row(String relay, ChannelStatus channel, String direction, Flow flow, long bridgedBytes) {
        return new Row(
                relay,
                channel.id(),
                channel.type().name().toLowerCase(Locale.ROOT),
                channel.role().name().toLowerCase(Locale.ROOT),
                direction,
                flow.received(),
                flow.wireBytes(),
                flow.wireBytes() == 0 ? 0 : Math.round(100.0 * bridgedBytes / flow.wireBytes()) / 100.0,
                flow.records(),
                flow.rawRecords(),
                flow.stalls(),
                flow.backlogBytes(),
                channel.roundTripNs());
    }

    static String text(List<Row> rows) {
        TextTable table = new TextTable(
                "Name",
                "Channel",
                "Type",
                "Role",
                "Direction",
                "In",
                "Wire",
                "Ratio",
                "Records",
                "Raw",
                "Stalls",
                "Backlog",
                "Round trip");
        for (Row row : rows) {
            table.row(
                    row.relay,
                    row.channel,
                    row.type,
                    row.role,
                    row.direction,
                    ByteCount.text(row.receivedBytes),
                    ByteCount.text(row.wireBytes),
                    row.ratio == 0 ? "-" : String.format(Locale.ROOT, "%.2f", row.ratio),
                    row.records,
                    row.rawRecords,
                    row.stalls,
                    ByteCount.text(row.backlogBytes),
                    row.roundTripNs == 0 ? "-" : String.format(Locale.ROOT, "%.2f ms", row.roundTripNs / 1e6));
        }
        return table.toString();
    }
}
