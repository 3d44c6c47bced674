/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.Relays;
import io.forebay.api.text.ByteCount;
import io.forebay.api.text.TextTable;
import java.util.List;

/** A line per BAB allocator, those that are only wanted included: {@code forebay:babs}. */
final class AllocatorTable {

    /**
     * One BAB allocator.
     *
     * @param bundle symbolic name; empty if the allocator is not here
     * @param ranking the service ranking; of several of one name the highest is taken
     * @param relays whose new memory comes from it
     * @param heldBytes what these hold now
     * @param limitBytes what they may hold
     * @param problem sentences; empty if nothing is wrong
     */
    record Row(
            String allocator,
            String bundle,
            String version,
            int ranking,
            List<String> relays,
            long heldBytes,
            long limitBytes,
            String problem) {}

    private AllocatorTable() {}

    static List<Row> rows(Relays relays) {
        PlugInNeeds needs = new PlugInNeeds(
                relays,
                PlugInStatus.Kind.ALLOCATOR,
                RelaySettings::allocator,
                settings -> relays.allocatorProblem(settings.allocator(), settings.targets()));
        return needs.all(List.of()).stream().map(one -> row(one, needs)).toList();
    }

    private static Row row(PlugInStatus one, PlugInNeeds needs) {
        return new Row(
                one.name(),
                PlugInNeeds.bundle(one),
                PlugInNeeds.version(one),
                one.ranking(),
                one.relays(),
                needs.users(one).mapToLong(relay -> relay.bab().heldBytes()).sum(),
                needs.users(one).mapToLong(relay -> relay.bab().limitBytes()).sum(),
                String.join(" ", needs.problems(one)));
    }

    static String text(List<Row> rows) {
        if (rows.isEmpty()) {
            return "There is no BAB allocator: install the bundle of one.";
        }
        TextTable table =
                new TextTable("Name", "Bundle", "Version", "Ranking", "Relays", "Held", "Memlimit", "Problem");
        for (Row row : rows) {
            boolean here = !row.bundle.isEmpty();
            boolean used = !row.relays.isEmpty();
            table.row(
                    row.allocator,
                    here ? row.bundle : "-",
                    here ? row.version : "-",
                    here ? row.ranking : "-",
                    used ? String.join(", ", row.relays) : "-",
                    used ? ByteCount.text(row.heldBytes) : "-",
                    used ? ByteCount.text(row.limitBytes) : "-",
                    row.problem.isEmpty() ? "-" : row.problem);
        }
        return table.toString();
    }
}
