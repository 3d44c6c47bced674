/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.ChannelStatus.Compression;
import io.forebay.api.relay.ChannelStatus.Flow;
import io.forebay.api.relay.Diagnosis;
import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.ChannelState;
import io.forebay.api.text.AddressText;
import io.forebay.api.text.ByteCount;
import io.forebay.api.text.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The listings of {@code drbd-proxy-ctl}. Those for programs have a line per relay or channel, fields with a tab between them
 * and numbers in bytes; those for people have the same fields in columns, with units.
 */
final class ProxyListings {

    private static final Map<String, String> DESCRIPTIONS = Map.of(
            "zstd",
                    "*Zstandard*, compresses well and fast: level 1 to 22, negative ones faster; level auto or 1..9 chooses; long for a wide window",
            "zlib", "*deflate*, compresses as zlib does: level 1 to 9",
            "lz4", "*LZ4*, compresses least and fastest");

    private static final List<String> CONNECTION_TITLES = List.of(
            "Name", "Status", "Inside", "DRBD", "Outside", "Peer", "Memlimit", "Held", "Backlog", "Since", "Remark");

    private static final List<String> CHANNEL_TITLES = List.of(
            "Name",
            "Status",
            "Type",
            "Role",
            "DRBD",
            "Peer",
            "Since",
            "From-DRBD",
            "To-WAN",
            "From-WAN",
            "To-DRBD",
            "Backlog",
            "Held",
            "Stalls",
            "Round-trip",
            "Reason");

    private final Relays relays;
    private final GogoCommands gogo;
    private final String version;

    /** Runs a command of the Gogo shell and gives what it prints. */
    interface GogoCommands {
        String run(String line) throws ProxyRefusedException;
    }

    /** Writes numbers: for programs, or for people. */
    private enum Style {
        PROGRAM {
            @Override
            String bytes(long bytes) {
                return String.valueOf(bytes);
            }

            @Override
            String nanoseconds(long ns) {
                return String.valueOf(ns);
            }

            @Override
            String lines(List<List<String>> rows) {
                return rows.stream().map(row -> String.join("\t", row) + "\n").collect(Collectors.joining());
            }
        },
        PEOPLE {
            @Override
            String bytes(long bytes) {
                return ByteCount.text(bytes);
            }

            @Override
            String nanoseconds(long ns) {
                return ns == 0 ? "-" : String.format(Locale.ROOT, "%.1f ms", ns / 1e6);
            }

            @Override
            String lines(List<List<String>> rows) {
                TextTable table = new TextTable(rows.get(0).toArray(String[]::new));
                rows.stream().skip(1).forEach(row -> table.row(row.toArray()));
                return table.toString();
            }
        };

        abstract String bytes(long bytes);

        abstract String nanoseconds(long ns);

        abstract String lines(List<List<String>> rows);
    }

    ProxyListings(Relays relays, GogoCommands gogo, String version) {
        this.relays = relays;
        this.gogo = gogo;
        this.version = version;
    }

    ProxyAnswer connections() {
        return connections(Style.PROGRAM);
    }

    ProxyAnswer hconnections() {
        return connections(Style.PEOPLE);
    }

    private ProxyAnswer connections(Style style) {
        List<List<String>> rows = new ArrayList<>(List.of(CONNECTION_TITLES));
        for (RelayStatus relay : relays.status()) {
            RelaySettings settings = relay.settings();
            Diagnosis diagnosis = relay.diagnosis();
            rows.add(List.of(
                    settings.name(),
                    status(relay),
                    AddressText.of(settings.addresses().inside()),
                    AddressText.of(settings.addresses().drbd()),
                    AddressText.of(settings.addresses().outside()),
                    AddressText.of(settings.addresses().peer()),
                    style.bytes(relay.bab().limitBytes()),
                    style.bytes(relay.bab().heldBytes()),
                    style.bytes(relay.channels().stream()
                            .mapToLong(ProxyListings::backlogBytes)
                            .sum()),
                    diagnosis.since().toString(),
                    relay.problem().isEmpty() ? diagnosis.healthy() ? "-" : diagnosis.sentence() : relay.problem()));
        }
        return ProxyAnswer.text(style.lines(rows));
    }

    private static long backlogBytes(ChannelStatus channel) {
        return channel.transmit().backlogBytes() + channel.receive().backlogBytes();
    }

    /** The states of version 4. */
    private static String status(RelayStatus relay) {
        if (relay.diagnosis().healthy()) {
            return "Connected";
        }
        boolean bridged = relay.channels().stream()
                .anyMatch(channel -> !channel.peerAddress().isEmpty()
                        && channel.state() != ChannelState.BRIDGING
                        && channel.state() != ChannelState.RESUMING);
        return bridged ? "ProxyConnected" : "Connecting";
    }

    ProxyAnswer subconnections() {
        return subconnections(Style.PROGRAM);
    }

    ProxyAnswer hsubconnections() {
        return subconnections(Style.PEOPLE);
    }

    private ProxyAnswer subconnections(Style style) {
        List<List<String>> rows = new ArrayList<>(List.of(CHANNEL_TITLES));
        for (RelayStatus relay : relays.status()) {
            for (ChannelStatus channel : relay.channels()) {
                rows.add(List.of(
                        relay.settings().name(),
                        channel.state().label(),
                        lower(channel.type()),
                        lower(channel.role()),
                        dash(channel.drbdAddress()),
                        dash(channel.peerAddress()),
                        channel.since().toString(),
                        style.bytes(channel.transmit().received()),
                        style.bytes(channel.transmit().wireBytes()),
                        style.bytes(channel.receive().wireBytes()),
                        style.bytes(channel.receive().sent()),
                        style.bytes(backlogBytes(channel)),
                        style.bytes(channel.transmit().heldBytes()
                                + channel.receive().heldBytes()),
                        String.valueOf(
                                channel.transmit().stalls() + channel.receive().stalls()),
                        style.nanoseconds(channel.roundTripNs()),
                        dash(channel.reason())));
            }
        }
        return ProxyAnswer.text(style.lines(rows));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    ProxyAnswer memusage() throws ProxyRefusedException {
        return ProxyAnswer.text(gogo.run("forebay:memusage"));
    }

    ProxyAnswer details() throws ProxyRefusedException {
        return ProxyAnswer.text(gogo.run("forebay:details"));
    }

    /** A line per counter: relay, channel, direction, counter, value. */
    ProxyAnswer statistics() {
        StringBuilder text = new StringBuilder();
        for (RelayStatus relay : relays.status()) {
            String name = relay.settings().name();
            line(text, name, "-", "-", "status", status(relay));
            line(text, name, "-", "-", "memlimit-bytes", relay.bab().limitBytes());
            line(text, name, "-", "-", "held-bytes", relay.bab().heldBytes());
            line(text, name, "-", "-", "peak-bytes", relay.bab().peakBytes());
            for (ChannelStatus channel : relay.channels()) {
                String type = lower(channel.type()) + "." + channel.id();
                line(text, name, type, "-", "state", channel.state().label());
                line(text, name, type, "-", "round-trip-ns", channel.roundTripNs());
                flow(text, name, type, "transmit", channel.transmit());
                flow(text, name, type, "receive", channel.receive());
            }
        }
        return ProxyAnswer.text(text.toString());
    }

    private static void flow(StringBuilder text, String relay, String channel, String direction, Flow flow) {
        line(text, relay, channel, direction, "received-bytes", flow.received());
        line(text, relay, channel, direction, "sent-bytes", flow.sent());
        line(text, relay, channel, direction, "confirmed-bytes", flow.confirmed());
        line(text, relay, channel, direction, "backlog-bytes", flow.backlogBytes());
        line(text, relay, channel, direction, "wire-bytes", flow.wireBytes());
        line(text, relay, channel, direction, "records", flow.records());
        line(text, relay, channel, direction, "raw-records", flow.rawRecords());
        line(text, relay, channel, direction, "held-bytes", flow.heldBytes());
        line(text, relay, channel, direction, "stalls", flow.stalls());
        if (!flow.compression().codec().isEmpty()) {
            compression(text, relay, channel, direction, flow.compression());
        }
    }

    private static void compression(
            StringBuilder text, String relay, String channel, String direction, Compression done) {
        line(text, relay, channel, direction, "codec", done.codec());
        line(text, relay, channel, direction, "level", done.level());
        line(text, relay, channel, direction, "level-lowest", done.lowest());
        line(text, relay, channel, direction, "level-highest", done.highest());
        line(text, relay, channel, direction, "level-moves", done.moves());
        line(text, relay, channel, direction, "blocks", done.blocks());
        line(text, relay, channel, direction, "block-bytes", done.blockBytes());
        line(text, relay, channel, direction, "stored-bytes", done.storedBytes());
        line(text, relay, channel, direction, "raw-blocks", done.rawBlocks());
        line(text, relay, channel, direction, "raw-bytes", done.rawBytes());
        line(text, relay, channel, direction, "line-scarce-ns", done.lineNs());
        line(text, relay, channel, direction, "cpu-scarce-ns", done.cpuNs());
        line(text, relay, channel, direction, "free-ns", done.freeNs());
    }

    private static void line(
            StringBuilder text, String relay, String channel, String direction, String counter, Object value) {
        text.append(String.join("\t", relay, channel, direction, counter, String.valueOf(value)))
                .append('\n');
    }

    /** Blocks with an empty line between them; LCMC takes a description with "compress" in it for a compressor's. */
    ProxyAnswer plugins() {
        return ProxyAnswer.text(relays.plugIns().stream()
                .filter(one -> one.kind() == PlugInStatus.Kind.CODEC)
                .map(PlugInStatus::name)
                .distinct()
                .map(name -> "Plugin: %s %s"
                        .formatted(name, DESCRIPTIONS.getOrDefault(name, "compresses, a vendor's codec")))
                .collect(Collectors.joining("\n\n")));
    }

    /** LCMC takes what stands between a blank and a comma for the version. */
    ProxyAnswer version() {
        return ProxyAnswer.text("drbd-proxy-ctl " + ControlSocket.PROXY_VERSION + ", Forebay " + version);
    }
}
