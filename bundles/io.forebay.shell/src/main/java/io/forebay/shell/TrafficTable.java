/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.BandwidthStatus;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.ChannelStatus.Compression;
import io.forebay.api.relay.ChannelStatus.Flow;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.ChannelType;
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
     * @param compression what compression chose and saved; its codec is empty where nothing was compressed
     * @param bwlimit of the relay that counts now, its own or that of all relays, for what data channels transmit
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
            long roundTripNs,
            Compression compression,
            BandwidthText bwlimit) {}

    private static final BandwidthText UNLIMITED = BandwidthText.of(BandwidthStatus.Limit.NONE);

    private TrafficTable() {}

    static List<Row> rows(RelayStatus relay) {
        return rows(
                relay.settings().name(),
                relay.channels(),
                BandwidthText.of(relay.bandwidth().inForce()));
    }

    static List<Row> rows(String name, List<ChannelStatus> channels, BandwidthText bwlimit) {
        return channels.stream()
                .flatMap(channel -> Stream.of(
                        row(
                                name,
                                channel,
                                "transmit",
                                channel.transmit(),
                                channel.transmit().sent(),
                                channel.type() == ChannelType.DATA ? bwlimit : UNLIMITED),
                        row(
                                name,
                                channel,
                                "receive",
                                channel.receive(),
                                channel.receive().received(),
                                UNLIMITED)))
                .toList();
    }

    private static Row row(
            String relay,
            ChannelStatus channel,
            String direction,
            Flow flow,
            long bridgedBytes,
            BandwidthText bwlimit) {
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
                channel.roundTripNs(),
                flow.compression(),
                bwlimit);
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
                "Round trip",
                "Bwlimit");
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
                    row.roundTripNs == 0 ? "-" : String.format(Locale.ROOT, "%.2f ms", row.roundTripNs / 1e6),
                    row.bwlimit.brief());
        }
        List<Row> compressed =
                rows.stream().filter(row -> !row.compression.codec().isEmpty()).toList();
        return compressed.isEmpty() ? table.toString() : table + "\n\n" + compressionText(compressed);
    }

    private static String compressionText(List<Row> rows) {
        TextTable table = new TextTable(
                "Name",
                "Channel",
                "Codec",
                "Level",
                "Bounds",
                "Moves",
                "Blocks",
                "Of",
                "To",
                "Left raw",
                "Of",
                "Line scarce",
                "CPU scarce");
        for (Row row : rows) {
            Compression done = row.compression;
            table.row(
                    row.relay,
                    row.channel,
                    done.codec(),
                    done.level(),
                    done.lowest().equals(done.highest()) ? "-" : done.lowest() + " to " + done.highest(),
                    done.moves(),
                    done.blocks(),
                    ByteCount.text(done.blockBytes()),
                    ByteCount.text(done.storedBytes()),
                    done.rawBlocks(),
                    ByteCount.text(done.rawBytes()),
                    share(done.lineNs(), done),
                    share(done.cpuNs(), done));
        }
        return table.toString();
    }

    private static String share(long ns, Compression of) {
        long wholeNs = of.lineNs() + of.cpuNs() + of.freeNs();
        return wholeNs == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * ns / wholeNs);
    }
}
