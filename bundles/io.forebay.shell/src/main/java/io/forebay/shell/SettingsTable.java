/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxySection;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.text.AddressText;
import io.forebay.api.text.ByteCount;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Settings of relays, a block for each: {@code forebay:show} those in force, {@code forebay:dump} those of drbd.conf. */
final class SettingsTable {

    /** One relay's settings in force, numbers as such; 0 is none, or the system's own; an empty target is any. */
    record InForce(
            String relay,
            String resource,
            String inside,
            String drbd,
            String outside,
            String peer,
            long memlimitBytes,
            long reserveBytes,
            String allocator,
            String codec,
            String codecTarget,
            String allocatorTarget,
            BandwidthText bwlimit,
            BandwidthText bwlimitOfAll,
            String dial,
            String congestion,
            String links,
            int sendBufferBytes,
            int receiveBufferBytes,
            int pingTimeoutMs,
            int drainTimeoutMs,
            int resumeTimeoutMs,
            String source) {}

    /**
     * One relay in words.
     *
     * @param settings the others, each as {@code key value}
     * @param source where they come from
     */
    record Row(
            String relay,
            String resource,
            String inside,
            String drbd,
            String outside,
            String peer,
            List<Setting> settings,
            String source) {}

    /** One setting. */
    record Setting(String key, String value) {}

    private SettingsTable() {}

    static InForce inForce(RelayStatus relay) {
        RelaySettings settings = relay.settings();
        RelayAddresses addresses = settings.addresses();
        return new InForce(
                settings.name(),
                settings.resource(),
                AddressText.of(addresses.inside()),
                AddressText.of(addresses.drbd()),
                AddressText.of(addresses.outside()),
                AddressText.of(addresses.peer()),
                settings.memlimitBytes(),
                settings.reserveBytes(),
                settings.allocator(),
                settings.codec().toString(),
                settings.targets().codec(),
                settings.targets().allocator(),
                BandwidthText.of(relay.bandwidth().relay()),
                BandwidthText.of(relay.bandwidth().forebay()),
                settings.line().dial().word(),
                settings.line().congestion(),
                settings.line().links().toString(),
                settings.line().sendBufferBytes(),
                settings.line().receiveBufferBytes(),
                settings.timeouts().pingMs(),
                settings.timeouts().drainMs(),
                settings.timeouts().resumeMs(),
                settings.source());
    }

    static String inForceText(List<InForce> relays) {
        return text(relays.stream().map(SettingsTable::worded).toList());
    }

    private static Row worded(InForce relay) {
        return new Row(
                relay.relay,
                relay.resource,
                relay.inside,
                relay.drbd,
                relay.outside,
                relay.peer,
                List.of(
                        new Setting("memlimit", ByteCount.text(relay.memlimitBytes)),
                        new Setting("reserve", relay.reserveBytes == 0 ? "none" : ByteCount.text(relay.reserveBytes)),
                        new Setting("allocator", relay.allocator),
                        new Setting("allocator.target", target(relay.allocatorTarget)),
                        new Setting("codec", relay.codec),
                        new Setting("codec.target", target(relay.codecTarget)),
                        new Setting("bwlimit", relay.bwlimit.text()),
                        new Setting("bwlimit of all", relay.bwlimitOfAll.text()),
                        new Setting("dial", relay.dial),
                        new Setting("congestion", relay.congestion.isEmpty() ? "system" : relay.congestion),
                        new Setting("links", relay.links),
                        new Setting("sndbuf-size", size(relay.sendBufferBytes)),
                        new Setting("rcvbuf-size", size(relay.receiveBufferBytes)),
                        new Setting("ping-timeout", relay.pingTimeoutMs + " ms"),
                        new Setting("drain-timeout", relay.drainTimeoutMs + " ms"),
                        new Setting("resume-timeout", relay.resumeTimeoutMs + " ms")),
                relay.source);
    }

    private static String target(String filter) {
        return filter.isEmpty() ? "any" : filter;
    }

    private static String size(long bytes) {
        return bytes == 0 ? "system" : ByteCount.text(bytes);
    }

    static Row row(ProxySection section) {
        ProxyConnection connection = section.connection();
        List<Setting> settings = new ArrayList<>();
        connection.options().forEach((key, value) -> settings.add(new Setting(key, value)));
        connection.plugins().forEach(line -> settings.add(new Setting("plugin", line)));
        return new Row(
                connection.name(),
                section.resource(),
                connection.inside(),
                connection.drbd(),
                connection.outside(),
                connection.peer(),
                settings,
                section.place());
    }

    static String text(List<Row> rows) {
        if (rows.isEmpty()) {
            return "There is no relay.";
        }
        return rows.stream().map(SettingsTable::block).collect(Collectors.joining("\n\n"));
    }

    private static String block(Row row) {
        List<Setting> lines = new ArrayList<>(List.of(
                new Setting("resource", row.resource),
                new Setting("inside", row.inside),
                new Setting("drbd", row.drbd),
                new Setting("outside", row.outside),
                new Setting("peer", row.peer)));
        lines.addAll(row.settings);
        lines.add(new Setting("source", row.source));
        return lines.stream()
                .map(line -> String.format("%n  %-16s %s", line.key, line.value))
                .collect(Collectors.joining("", row.relay, ""));
    }
}
