/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxyConnections;
import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.proxy.ProxySection;
import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The commands that bring relays into line with {@code drbd.conf}, as those of DRX's {@code drx-ctl} do. A name is that of a
 * connection or of a resource; {@code all} stands for all.
 */
@Component(service = ProxyCommands.class)
@GogoCommand(
        scope = "forebay",
        function = {"up", "down", "adjust", "set", "dump", "show", "_options"})
public final class ProxyCommands {

    private static final String NAMES_SENTENCE = "names of connections or resources, or all";
    private static final String ALL = "all";
    private static final String PLUGIN = "plugin";
    private static final String BWLIMIT = "bwlimit";

    /** What may be set, for completion; whoever configures says what else there is. */
    private static final List<String> OPTIONS = List.of(
            "memlimit",
            "reserve",
            "plugin",
            BWLIMIT,
            "congestion",
            "sndbuf-size",
            "rcvbuf-size",
            "ping-timeout",
            "allocator",
            "dial",
            "links",
            "drain-timeout",
            "resume-timeout");

    private final ProxyConnections connections;
    private final Relays relays;

    @Activate
    public ProxyCommands(@Reference ProxyConnections connections, @Reference Relays relays) {
        this.connections = connections;
        this.relays = relays;
    }

    @Descriptor("makes relays of what drbd.conf has for this host")
    public Listing<?> up(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor(NAMES_SENTENCE) String... names) {
        return changes(json, into -> {
            for (ProxySection section : sections(wanted(names))) {
                put(section.connection(), into);
            }
        });
    }

    @Descriptor("removes relays that drbdadm, drbd-proxy-ctl or up have made")
    public Listing<?> down(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor(NAMES_SENTENCE) String... names) {
        return changes(json, into -> {
            Set<String> wanted = wanted(names);
            Set<String> here =
                    new LinkedHashSet<>(running().map(ProxyConnection::name).toList());
            if (!wanted.contains(ALL)) {
                List<ProxySection> sections = readableSections();
                running().map(connections::relayName).forEach(here::add);
                here.retainAll(namesOf(wanted, sections));
                wanted.stream()
                        .filter(name ->
                                !here.contains(name) && sections.stream().noneMatch(section -> isOf(section, name)))
                        .findFirst()
                        .ifPresent(name -> {
                            throw new RefusedCommandException("There is no connection or resource " + name
                                    + ": see forebay:show, and for those of files in etc remove the file.");
                        });
            }
            for (String name : here) {
                connections.remove(name);
                into.add(new ChangeTable.Row(name, "removed", ""));
            }
        });
    }

    @Descriptor("brings relays into line with drbd.conf: makes, changes and, with all, removes them")
    public Listing<?> adjust(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor(NAMES_SENTENCE) String... names) {
        return changes(json, into -> {
            Set<String> wanted = wanted(names);
            List<ProxySection> sections = sections(wanted);
            if (wanted.contains(ALL)) {
                List<String> configured = sections.stream()
                        .map(section -> section.connection().name())
                        .toList();
                List<String> gone = running()
                        .map(ProxyConnection::name)
                        .distinct()
                        .filter(name -> !configured.contains(name))
                        .toList();
                for (String name : gone) {
                    connections.remove(name);
                    into.add(new ChangeTable.Row(name, "removed", "drbd.conf does not have it any more."));
                }
            }
            for (ProxySection section : sections) {
                put(section.connection(), into);
            }
        });
    }

    @Descriptor("changes an option of a connection while it is at work: set memlimit r0-bob-alice 1G")
    public Listing<?> set(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor("the option, or plugin") String option,
            @Descriptor("the connection's name") String name,
            @Descriptor("the value; for plugin the words of its line, or none") String... value) {
        return changes(json, into -> {
            List<ProxyConnection> named = connections.named(name);
            if (named.isEmpty()) {
                throw new RefusedCommandException(notRunning(name));
            }
            String typed = String.join(" ", value);
            String text = option.equals(BWLIMIT) ? BandwidthSchedule.oneWord(typed) : typed;
            if (text.isBlank()) {
                throw new RefusedCommandException(
                        "The value is missing: write for example set memlimit " + name + " 1G.");
            }
            for (ProxyConnection one : named) {
                boolean none = option.equals(PLUGIN) && text.equals("none");
                put(
                        option.equals(PLUGIN)
                                ? one.with(one.options(), none ? List.of() : List.of(text))
                                : one.with(option, text),
                        into);
            }
        });
    }

    private String notRunning(String name) {
        return relays.status().stream()
                .map(RelayStatus::settings)
                .filter(settings ->
                        settings.name().equals(name) && !settings.source().equals(ProxyConnections.SOURCE))
                .map(settings ->
                        "The settings of %s stand in %s: change them there.".formatted(name, settings.source()))
                .findFirst()
                .orElse("There is no connection " + name + ": see forebay:show.");
    }

    @Descriptor("shows what drbd.conf has for this host, whether or not it is up")
    public Listing<?> dump(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor(NAMES_SENTENCE) String... names) {
        List<SettingsTable.Row> rows;
        try {
            rows = sections(names.length == 0 ? Set.of(ALL) : wanted(names)).stream()
                    .map(SettingsTable::row)
                    .toList();
        } catch (ProxyRefusedException e) {
            throw new RefusedCommandException(e.getMessage());
        }
        return Listing.of(rows, json, SettingsTable::text);
    }

    @Descriptor("shows the settings in force, and where they come from")
    public Listing<?> show(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor(NAMES_SENTENCE) String... names) {
        Set<String> wanted = names.length == 0 ? Set.of(ALL) : wanted(names);
        Set<String> known = new HashSet<>(wanted.contains(ALL) ? Set.of() : namesOf(wanted, readableSections()));
        // of several nodes' connections of one name the relays have names of their own
        running()
                .filter(one -> known.contains(one.name()))
                .map(connections::relayName)
                .toList()
                .forEach(known::add);
        List<SettingsTable.InForce> rows = relays.status().stream()
                .filter(relay ->
                        wanted.contains(ALL) || known.contains(relay.settings().name()))
                .map(SettingsTable::inForce)
                .toList();
        if (rows.isEmpty() && !wanted.contains(ALL)) {
            throw new RefusedCommandException("There is no relay " + String.join(", ", wanted) + ": see forebay:show.");
        }
        return Listing.of(rows, json, SettingsTable::inForceText);
    }

    /** For tab completion; a name that begins with an underscore is not offered itself. */
    @Descriptor("names the options that set takes, for tab completion")
    public List<String> _options() {
        return OPTIONS;
    }

    /** What changes connections, and notes what it did. */
    private interface Work {
        void run(List<ChangeTable.Row> into) throws ProxyRefusedException;
    }

    private static Listing<?> changes(boolean json, Work work) {
        List<ChangeTable.Row> rows = new ArrayList<>();
        try {
            work.run(rows);
        } catch (ProxyRefusedException e) {
            String done = rows.stream()
                    .map(row -> row.change() + " " + row.connection())
                    .collect(Collectors.joining(", ", " Done before it: ", "."));
            throw new RefusedCommandException(e.getMessage() + (rows.isEmpty() ? "" : done));
        }
        return Listing.of(rows, json, ChangeTable::text);
    }

    private void put(ProxyConnection wanted, List<ChangeTable.Row> into) throws ProxyRefusedException {
        List<ProxyConnection> before = connections.all();
        List<String> notes = connections.put(wanted);
        String change =
                before.contains(wanted) ? "unchanged" : connections.all().size() > before.size() ? "added" : "changed";
        into.add(new ChangeTable.Row(wanted.name(), change, String.join(" ", notes)));
    }

    private Stream<ProxyConnection> running() {
        return connections.all().stream();
    }

    private static Set<String> wanted(String[] names) {
        if (names.length == 0) {
            throw new RefusedCommandException("No connection is named: name some, or their resource, or all.");
        }
        return new LinkedHashSet<>(Arrays.asList(names));
    }

    private List<ProxySection> sections(Set<String> wanted) throws ProxyRefusedException {
        List<ProxySection> all = connections.inDrbdConf();
        if (wanted.contains(ALL)) {
            return all;
        }
        for (String name : wanted) {
            if (all.stream().noneMatch(section -> isOf(section, name))) {
                throw new RefusedCommandException("drbd.conf has no connection or resource " + name
                        + " with a proxy on this host: see forebay:dump.");
            }
        }
        return all.stream()
                .filter(section -> wanted.stream().anyMatch(name -> isOf(section, name)))
                .toList();
    }

    private static boolean isOf(ProxySection section, String name) {
        return section.resource().equals(name) || section.connection().name().equals(name);
    }

    /** What {@code drbd.conf} has; nothing if it cannot be read, for then only names count. */
    private List<ProxySection> readableSections() {
        try {
            return connections.inDrbdConf();
        } catch (ProxyRefusedException e) {
            return List.of();
        }
    }

    /** The names, and those of the connections of resources among them. */
    private static Set<String> namesOf(Set<String> wanted, List<ProxySection> sections) {
        Set<String> names = new LinkedHashSet<>(wanted);
        sections.stream()
                .filter(section -> wanted.contains(section.resource()))
                .forEach(section -> names.add(section.connection().name()));
        return names;
    }
}
