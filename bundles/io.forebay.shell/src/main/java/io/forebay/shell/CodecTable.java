/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.text.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A line per codec, those that are only wanted or that only peers have included: {@code forebay:codecs}. */
final class CodecTable {

    /**
     * One codec.
     *
     * @param bundle symbolic name; empty if the codec is not here
     * @param ranking the service ranking; of several of one name the highest is taken
     * @param relays who compresses with it, as far as the peer can decompress it
     * @param peers whether those that have been there can decompress it
     * @param problem sentences; empty if nothing is wrong
     */
    record Row(
            String codec,
            String bundle,
            String version,
            int ranking,
            List<String> relays,
            List<Peer> peers,
            String problem) {}

    /** The peer Forebay of a relay. */
    record Peer(String relay, String host, boolean decompresses) {}

    private CodecTable() {}

    static List<Row> rows(Relays relays) {
        PlugInNeeds needs = new PlugInNeeds(
                relays,
                PlugInStatus.Kind.CODEC,
                settings -> settings.codec().name(),
                settings -> relays.codecProblem(settings.codec(), settings.targets()));
        Set<String> atPeers = new TreeSet<>();
        needs.relays().forEach(relay -> atPeers.addAll(relay.peer().codecs()));
        return needs.all(atPeers).stream()
                .filter(one -> !one.name().equals(CodecChoice.NONE))
                .map(one -> row(one, needs))
                .toList();
    }

    private static Row row(PlugInStatus one, PlugInNeeds needs) {
        List<String> problems = new ArrayList<>(needs.problems(one));
        needs.users(one)
                .filter(relay -> isKnown(relay) && !relay.peer().codecs().contains(one.name()))
                .map(relay -> "%s sends uncompressed, because its peer %s cannot decompress it."
                        .formatted(relay.settings().name(), relay.peer().host()))
                .forEach(problems::add);
        if (one.bundle().isEmpty() && problems.isEmpty()) {
            problems.add("Only peers have it.");
        }
        return new Row(
                one.name(),
                PlugInNeeds.bundle(one),
                PlugInNeeds.version(one),
                one.ranking(),
                one.relays(),
                needs.relays().stream()
                        .filter(CodecTable::isKnown)
                        .map(relay -> new Peer(
                                relay.settings().name(),
                                relay.peer().host(),
                                relay.peer().codecs().contains(one.name())))
                        .toList(),
                String.join(" ", problems));
    }

    private static boolean isKnown(RelayStatus relay) {
        return !relay.peer().host().isEmpty();
    }

    static String text(List<Row> rows) {
        if (rows.isEmpty()) {
            return "There is no codec: install the bundle of one.";
        }
        TextTable table = new TextTable("Name", "Bundle", "Version", "Ranking", "Relays", "Peers", "Problem");
        for (Row row : rows) {
            boolean here = !row.bundle.isEmpty();
            table.row(
                    row.codec,
                    here ? row.bundle : "-",
                    here ? row.version : "-",
                    here ? row.ranking : "-",
                    row.relays.isEmpty() ? "-" : String.join(", ", row.relays),
                    row.peers.isEmpty() ? "-" : peers(row.peers),
                    row.problem.isEmpty() ? "-" : row.problem);
        }
        return table.toString();
    }

    private static String peers(List<Peer> peers) {
        return peers.stream()
                .map(peer -> peer.relay + (peer.decompresses ? " yes" : " no"))
                .collect(Collectors.joining(", "));
    }
}
