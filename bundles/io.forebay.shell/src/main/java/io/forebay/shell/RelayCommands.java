/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands of the scope {@code forebay}. They return {@link Listing}s; {@link ListingConverter} prints them. */
@Component(service = RelayCommands.class)
@GogoCommand(
        scope = "forebay",
        function = {"list", "diag", "connections", "memusage", "stats", "details", "_names"})
public final class RelayCommands {

    private static final String RELAYS_SENTENCE = "names of relays; all if none is named";

    private final Relays relays;

    @Activate
    public RelayCommands(@Reference Relays relays) {
        this.relays = relays;
    }

    @Descriptor("lists the relays, a line each: state, codec, memory, backlog, problem")
    public Listing<?> list(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor(RELAYS_SENTENCE) String... names) {
        return listing(names, relay -> List.of(RelayTable.row(relay)), json, RelayTable::text);
    }

    @Descriptor("says which connection of a relay is missing, since when and why, and what to check; worst first")
    public Listing<?> diag(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor(RELAYS_SENTENCE) String... names) {
        return Listing.of(DiagnosisTable.rows(named(names)), json, DiagnosisTable::text);
    }

    @Descriptor("shows the channels as DRX does: arrows tell who dialled, an x which connection is missing")
    public Listing<?> connections(
            @Descriptor("show addresses, since when, and the reason")
                    @Parameter(
                            names = {"-v", "--verbose"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean verbose,
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor(RELAYS_SENTENCE) String... names) {
        Function<List<ConnectionTable.Row>, String> text =
                verbose ? ConnectionTable::verboseText : ConnectionTable::text;
        return listing(names, ConnectionTable::rows, json, text);
    }

    @Descriptor("shows what the BABs hold, and the positions of every channel")
    public Listing<?> memusage(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor(RELAYS_SENTENCE) String... names) {
        return listing(names, relay -> List.of(MemoryTable.row(relay)), json, MemoryTable::text);
    }

    @Descriptor("shows traffic, compression and round trip of every channel and direction")
    public Listing<?> stats(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor(RELAYS_SENTENCE) String... names) {
        return listing(names, TrafficTable::rows, json, TrafficTable::text);
    }

    @Descriptor("shows DRBD's packets by type, and its connection state as observed")
    public Listing<?> details(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor(RELAYS_SENTENCE) String... names) {
        return listing(names, PacketTable::rows, json, PacketTable::text);
    }

    /** For tab completion; a name that begins with an underscore is not offered itself. */
    @Descriptor("names the relays, for tab completion")
    public List<String> _names() {
        return names(relays.status()).toList();
    }

    private <R extends Record> Listing<R> listing(
            String[] names, Function<RelayStatus, List<R>> rows, boolean json, Function<List<R>, String> text) {
        return Listing.of(
                named(names).stream()
                        .flatMap(relay -> rows.apply(relay).stream())
                        .toList(),
                json,
                text);
    }

    private List<RelayStatus> named(String[] names) {
        List<RelayStatus> all = relays.status();
        if (names.length == 0) {
            return all;
        }
        List<String> known = names(all).toList();
        Arrays.stream(names).filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw new RefusedCommandException(
                    name.startsWith("-")
                            ? "There is no option " + name + " of this command: see help and the command's name."
                            : "There is no relay " + name + ": " + choices(known) + ".");
        });
        Set<String> wanted = Set.copyOf(Arrays.asList(names));
        return all.stream()
                .filter(relay -> wanted.contains(relay.settings().name()))
                .toList();
    }

    private static String choices(List<String> known) {
        return known.isEmpty() ? "there is none at all" : "there are " + String.join(", ", known);
    }

    private static Stream<String> names(List<RelayStatus> all) {
        return all.stream().map(RelayStatus::settings).map(RelaySettings::name);
    }
}
