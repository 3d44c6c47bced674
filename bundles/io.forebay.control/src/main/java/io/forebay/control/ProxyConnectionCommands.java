/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxyConnections;
import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.text.AddressText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The commands that make, change and show connections. */
final class ProxyConnectionCommands {

    /** Options of a {@code proxy} section that every drbdadm knows: from another it would turn away in disgust. */
    private static final List<String> DRBD_OPTIONS =
            List.of("memlimit", "read-loops", "compression", "bwlimit", "sndbuf-size", "rcvbuf-size", "ping-timeout");

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

    /** {@code set OPTION NAME VALUE}. */
    ProxyAnswer set(List<String> arguments) throws ProxyRefusedException {
        ProxyConnection connection = named(arguments.get(1));
        return ProxyAnswer.notes(connections.put(connection.with(arguments.get(0), arguments.get(2))));
    }

    /** {@code set plugin NAME INDEX WORDS...}; behind the end it is the next, because one before it may have been refused. */
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
        return ProxyAnswer.notes(connections.put(
                end
                        ? connection.withPluginsUpTo(index)
                        : connection.with(Math.min(index, there), String.join(" ", words))));
    }

    /** The connection of a name; of several the one that was added last. */
    private ProxyConnection named(String name) throws ProxyRefusedException {
        List<ProxyConnection> all = connections.all().stream()
                .filter(one -> one.name().equals(name))
                .toList();
        if (!all.isEmpty()) {
            return all.get(all.size() - 1);
        }
        Optional<RelayStatus> relay = relays.status().stream()
                .filter(one -> one.settings().name().equals(name))
                .findFirst();
        throw new ProxyRefusedException(relay.map(one -> "The settings of %s stand in %s: change them there."
                        .formatted(name, one.settings().source()))
                .orElse("There is no connection %s: add it first, or see show connections.".formatted(name)));
    }

    /**
     * {@code show proxy-settings NAME}, which drbdadm reads with its own parser and compares with what is configured: so it
     * has what was set, as it was typed.
     */
    ProxyAnswer settings(List<String> arguments) throws ProxyRefusedException {
        String name = arguments.get(0);
        Optional<RelaySettings> file = relays.status().stream()
                .map(RelayStatus::settings)
                .filter(one -> one.name().equals(name))
                .findFirst();
        boolean typed = connections.all().stream().anyMatch(one -> one.name().equals(name));
        ProxyConnection connection = typed || file.isEmpty() ? named(name) : asTyped(file.get());
        StringBuilder text = new StringBuilder("proxy {\n");
        connection.options().forEach((option, value) -> {
            if (DRBD_OPTIONS.contains(option)) {
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
                Map.of("memlimit", String.valueOf(settings.memlimitBytes())),
                settings.codec().isNone() ? List.of() : List.of(settings.codec().toString()));
    }

    /** {@code show}: the commands that would make all relays there are. */
    ProxyAnswer commands() {
        List<ProxyConnection> all = new ArrayList<>(connections.all());
        List<String> typed = all.stream().map(connections::relayName).toList();
        relays.status().stream()
                .map(RelayStatus::settings)
                .filter(settings -> !typed.contains(settings.name()))
                .forEach(settings -> all.add(asTyped(settings)));
        return ProxyAnswer.text(all.stream()
                .flatMap(connection -> connection.commands().stream())
                .collect(Collectors.joining("\n")));
    }
}
