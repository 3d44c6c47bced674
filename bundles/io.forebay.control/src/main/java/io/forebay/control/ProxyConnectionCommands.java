/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxyConnections;
import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.relay.Relays;
import io.forebay.api.relay.WanLinks;
import io.forebay.api.text.AddressText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The commands that make, change and show connections. */
final class ProxyConnectionCommands {

    /** Options of a {@code proxy} section that every drbdadm knows: from another it would turn away in disgust. */
    private static final List<String> DRBD_OPTIONS =
            List.of("memlimit", "read-loops", "compression", "bwlimit", "sndbuf-size", "rcvbuf-size", "ping-timeout");

    private static final String BWLIMIT = "bwlimit";
    private static final String END = "end";
    private static final int PLUGINS_MAX = 64;

    private final ProxyConnections connections;
    private final Relays relays;

    ProxyConnectionCommands(ProxyConnections connections, Relays relays) {
        this.connections = connections;
        this.relays = relays;
    }

    List<String> options() {
        return DRBD_OPTIONS;
    }

    List<String> names() {
        return connections.all().stream().map(ProxyConnection::name).distinct().toList();
    }

    /** {@code add connection NAME INSIDE PEER OUTSIDE DRBD --OPTION=VALUE...}. */
    ProxyAnswer add(List<String> arguments) throws ProxyRefusedException {
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : arguments.subList(5, arguments.size())) {
            int equals = option.indexOf('=');
            if (!option.startsWith("--") || equals < 3) {
                throw new ProxyRefusedException(
                        "%s is not an option: write --OPTION=VALUE, for example --memlimit=512M.".formatted(option));
            }
            options.put(option.substring(2, equals), option.substring(equals + 1));
        }
        ProxyConnection typed = new ProxyConnection(
                arguments.get(0),
                address(arguments.get(1)),
                address(arguments.get(2)),
                address(arguments.get(3)),
                address(arguments.get(4)),
                options,
                List.of());
        return ProxyAnswer.notes(connections.add(typed));
    }

    /** drbdadm writes IPv6 addresses without brackets; the port is what follows the last colon. */
    private static String address(String text) {
        int colon = text.lastIndexOf(':');
        boolean bare = colon > text.indexOf(':') && !text.startsWith("[");
        return bare ? "[" + text.substring(0, colon) + "]" + text.substring(colon) : text;
    }

    /** {@code del connection NAME}; no error if there is none, because drbdadm removes before it adds. */
    ProxyAnswer remove(List<String> arguments) throws ProxyRefusedException {
        return connections.remove(arguments.get(0))
                ? ProxyAnswer.NOTHING
                : ProxyAnswer.notes(List.of("there was no connection " + arguments.get(0) + "."));
    }

    /** {@code set OPTION NAME VALUE...}; a schedule of bwlimit has many words. */
    ProxyAnswer set(List<String> arguments) throws ProxyRefusedException {
        ProxyConnection connection = named(arguments.get(1));
        String value = String.join(" ", arguments.subList(2, arguments.size()));
        String word = arguments.get(0).equals(BWLIMIT) ? BandwidthSchedule.oneWord(value) : value;
        return ProxyAnswer.notes(connections.put(connection.with(arguments.get(0), word)));
    }

    /** {@code set plugin NAME INDEX WORDS...}. */
    ProxyAnswer setPlugin(List<String> arguments) throws ProxyRefusedException {
        ProxyConnection connection = named(arguments.get(0));
        List<String> words = arguments.subList(2, arguments.size());
        int there = connection.plugins().size();
        boolean end = words.size() == 1 && words.get(0).toLowerCase(Locale.ROOT).equals(END);
        int index = arguments.get(1).matches("\\d{1,3}") ? Integer.parseInt(arguments.get(1)) : PLUGINS_MAX;
        if (index >= PLUGINS_MAX) {
            throw new ProxyRefusedException(
                    "%s is not the index of a plugin: write a number from 0 on.".formatted(arguments.get(1)));
        }
        if (!end && index > there) {
            throw new ProxyRefusedException(
                    "%s has %d plugins, so the next index is %d, not %d: set that one first, or see show proxy-settings %s."
                            .formatted(connection.name(), there, there, index, connection.name()));
        }
        String line = String.join(" ", words);
        return ProxyAnswer.notes(
                connections.put(end ? connection.withPluginsUpTo(index) : connection.with(index, line)));
    }

    private ProxyConnection named(String name) throws ProxyRefusedException {
        Optional<ProxyConnection> typed = typed(name);
        if (typed.isPresent()) {
            return typed.get();
        }
        throw ofFile(name)
                .map(settings ->
                        "The settings of %s stand in %s: change them there.".formatted(name, settings.source()))
                .map(ProxyRefusedException::new)
                .orElse(none(name));
    }

    private static ProxyRefusedException none(String name) {
        return new ProxyRefusedException(
                "There is no connection %s: add it first, or see show connections.".formatted(name));
    }

    /** The connection of a name, of several the one that was added last; or the one whose relay has that name. */
    private Optional<ProxyConnection> typed(String name) {
        return connections.named(name).stream().reduce((former, latter) -> latter);
    }

    private Optional<RelaySettings> ofFile(String name) {
        return ofFiles().filter(settings -> settings.name().equals(name)).findFirst();
    }

    /** Relays of files; one of a connection that was removed may still be there for a moment. */
    private Stream<RelaySettings> ofFiles() {
        return relays.status().stream()
                .map(RelayStatus::settings)
                .filter(settings -> !settings.source().equals(ProxyConnections.SOURCE));
    }

    /**
     * {@code show proxy-settings NAME}, which drbdadm reads with its own parser and compares with what is configured: so it
     * has what was set, as it was typed.
     */
    ProxyAnswer settings(List<String> arguments) throws ProxyRefusedException {
        String name = arguments.get(0);
        Optional<ProxyConnection> typed = typed(name);
        ProxyConnection connection = typed.isPresent()
                ? typed.get()
                : ofFile(name).map(ProxyConnectionCommands::asTyped).orElseThrow(() -> none(name));
        StringBuilder text = new StringBuilder("proxy {\n");
        connection.options().forEach((option, value) -> {
            if (DRBD_OPTIONS.contains(option) && !isSchedule(option, value)) {
                text.append('\t')
                        .append(option)
                        .append(' ')
                        .append(spelled(option, value))
                        .append(";\n");
            }
        });
        if (!connection.plugins().isEmpty()) {
            text.append("\tplugin {\n");
            connection
                    .plugins()
                    .forEach(line -> text.append("\t\t").append(line).append(";\n"));
            text.append("\t}\n");
        }
        return ProxyAnswer.text(text.append("}\n").toString());
    }

    /** drbdadm could not read a schedule there, and compares no bwlimit. */
    private static boolean isSchedule(String option, String value) {
        return option.equals(BWLIMIT) && value.contains(":");
    }

    /** drbdadm of DRBD 9 knows {@code compression} only as a number. */
    private static String spelled(String option, String value) {
        boolean word = option.equals("compression") && !value.matches("\\d+");
        return word ? value.equals("on") || value.equals("yes") ? "1" : "0" : value;
    }

    /** A relay of a file, in the words of {@code drbd.conf}. */
    private static ProxyConnection asTyped(RelaySettings settings) {
        RelayAddresses addresses = settings.addresses();
        return new ProxyConnection(
                settings.name(),
                AddressText.of(addresses.inside()),
                AddressText.of(addresses.peer()),
                AddressText.of(addresses.outside()),
                AddressText.of(addresses.drbd()),
                options(settings),
                plugins(settings));
    }

    /** A line for the codec, and one for what has words with spaces between. */
    private static List<String> plugins(RelaySettings settings) {
        List<String> lines = new ArrayList<>();
        if (!settings.codec().isNone()) {
            lines.add(settings.codec().toString());
        }
        if (!settings.line().links().equals(WanLinks.ONE)) {
            lines.add("links " + settings.line().links());
        }
        return lines;
    }

    /** All that a file can set; its resource is not what a connection's would be. */
    private static Map<String, String> options(RelaySettings settings) {
        RelayTimeouts timeouts = settings.timeouts();
        LineSettings line = settings.line();
        Map<String, String> options = new LinkedHashMap<>();
        options.put("memlimit", String.valueOf(settings.memlimitBytes()));
        options.put("reserve", String.valueOf(settings.reserveBytes()));
        options.put("sndbuf-size", String.valueOf(line.sendBufferBytes()));
        options.put("rcvbuf-size", String.valueOf(line.receiveBufferBytes()));
        options.put(BWLIMIT, bwlimit(line.bwlimit()));
        options.values().removeIf("0"::equals);
        if (!line.congestion().isEmpty()) {
            options.put("congestion", line.congestion());
        }
        if (timeouts.pingMs() != RelayTimeouts.DEFAULT.pingMs()) {
            options.put("ping-timeout", pingTimeout(timeouts.pingMs()));
        }
        options.put("resource", settings.resource());
        options.put("allocator", settings.allocator());
        options.put("dial", line.dial().word());
        options.put("drain-timeout", timeouts.drainMs() + "ms");
        options.put("resume-timeout", timeouts.resumeMs() + "ms");
        return options;
    }

    /** In one word. */
    private static String bwlimit(BandwidthSchedule bwlimit) {
        return bwlimit.isConstant()
                ? String.valueOf(bwlimit.otherwiseBytesPerS())
                : BandwidthSchedule.oneWord(bwlimit.toString());
    }

    /** In tenths of a second where {@code drbd.conf} can say it. */
    private static String pingTimeout(int ms) {
        return ms % 100 == 0 && ms <= 30_000 ? String.valueOf(ms / 100) : ms + "ms";
    }

    /** {@code show}: the commands that would make all relays there are. */
    ProxyAnswer commands() {
        List<ProxyConnection> all = new ArrayList<>(connections.all());
        ofFiles().map(ProxyConnectionCommands::asTyped).forEach(all::add);
        return ProxyAnswer.text(all.stream()
                .flatMap(connection -> connection.commands().stream())
                .collect(Collectors.joining("\n")));
    }
}
