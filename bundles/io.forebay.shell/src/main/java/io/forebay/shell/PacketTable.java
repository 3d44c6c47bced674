/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.ChannelStatus.PacketCount;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.text.ByteCount;
import io.forebay.api.text.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** DRBD's packets by type, channel by channel: {@code forebay:details}. */
final class PacketTable {

    /**
     * One channel.
     *
     * @param drbd DRBD's connection state as observed; empty while nothing is known
     * @param transmitScanner empty, or why packets from the local DRBD are not counted by type any more
     * @param receiveScanner the same for packets from the far DRBD
     */
    record Row(
            String relay,
            long channel,
            String type,
            String role,
            String state,
            String drbd,
            List<Packets> packets,
            String transmitScanner,
            String receiveScanner) {}

    /** Packets of one type: from the local DRBD (transmit) and from the far one (receive). */
    record Packets(String type, long transmitPackets, long transmitBytes, long receivePackets, long receiveBytes) {}

    private PacketTable() {}

    static List<Row> rows(RelayStatus relay) {
        return relay.channels().stream()
                .map(channel -> row(relay.settings().name(), channel))
                .toList();
    }

    private static Row row(String relay, ChannelStatus channel) {
        return new Row(
                relay,
                channel.id(),
                channel.type().name().toLowerCase(Locale.ROOT),
                channel.role().name().toLowerCase(Locale.ROOT),
                channel.state().label(),
                channel.drbd(),
                packets(channel),
                channel.transmit().scanner(),
                channel.receive().scanner());
    }

    private static List<Packets> packets(ChannelStatus channel) {
        Map<String, Packets> byType = new TreeMap<>();
        for (PacketCount count : channel.transmit().packets()) {
            byType.put(count.type(), new Packets(count.type(), count.packets(), count.bytes(), 0, 0));
        }
        for (PacketCount count : channel.receive().packets()) {
            Packets sent = byType.getOrDefault(count.type(), new Packets(count.type(), 0, 0, 0, 0));
            byType.put(
                    count.type(),
                    new Packets(
                            count.type(), sent.transmitPackets, sent.transmitBytes, count.packets(), count.bytes()));
        }
        return List.copyOf(byType.values());
    }

    static String text(List<Row> rows) {
        List<String> blocks = new ArrayList<>();
        for (Row row : rows) {
            blocks.add(block(row));
        }
        return blocks.isEmpty() ? "There is no channel." : String.join("\n\n", blocks);
    }

    private static String block(Row row) {
        StringBuilder text = new StringBuilder("%s, channel %d (%s, %s): %s, DRBD %s"
                .formatted(
                        row.relay,
                        row.channel,
                        row.type,
                        row.role,
                        row.state,
                        row.drbd.isEmpty() ? "not observed yet" : row.drbd));
        if (row.packets.isEmpty()) {
            text.append("\n  no packets yet");
        } else {
            TextTable table = new TextTable("  Packet", "Transmitted", "Bytes", "Received", "Bytes");
            for (Packets packets : row.packets) {
                table.row(
                        "  " + packets.type,
                        packets.transmitPackets,
                        ByteCount.text(packets.transmitBytes),
                        packets.receivePackets,
                        ByteCount.text(packets.receiveBytes));
            }
            text.append('\n').append(table);
        }
        scanner(text, "transmitted", row.transmitScanner);
        scanner(text, "received", row.receiveScanner);
        return text.toString();
    }

    private static void scanner(StringBuilder text, String direction, String reason) {
        if (!reason.isEmpty()) {
            text.append("\n  packets ")
                    .append(direction)
                    .append(" are not counted by type any more: ")
                    .append(reason);
        }
    }
}
