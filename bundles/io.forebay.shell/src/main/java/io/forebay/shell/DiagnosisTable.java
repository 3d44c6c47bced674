/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.Diagnosis;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.ChannelState;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is the matter with each relay, most broken first: {@code forebay:diag}. */
final class DiagnosisTable {

    /** The states in the order in which a channel comes to relay, so what is broken early comes first. */
    private static final Comparator<RelayStatus> MOST_BROKEN_FIRST = Comparator.comparing(
                    (RelayStatus relay) -> relay.diagnosis().healthy())
            .thenComparing(DiagnosisTable::earliest)
            .thenComparing(relay -> relay.settings().name());

    /**
     * One relay.
     *
     * @param acceptor the acceptor's state in the pair that is explained
     * @param connector the connector's
     * @param leg the missing connection; empty if none is, or if it cannot be told
     * @param from who dials it
     * @param to what is dialled
     * @param since ISO-8601
     * @param error the last error; may be empty
     */
    record Row(
            String relay,
            boolean healthy,
            String acceptor,
            String connector,
            String leg,
            String from,
            String to,
            String since,
            String error,
            String sentence,
            String check) {

        private String text() {
            String line = relay + ": " + sentence;
            return check.isEmpty() ? line : line + "\n" + " ".repeat(relay.length() + 2) + "Check: " + check;
        }
    }

    private DiagnosisTable() {}

    static List<Row> rows(List<RelayStatus> relays) {
        return relays.stream()
                .sorted(MOST_BROKEN_FIRST)
                .map(relay -> row(relay.settings().name(), relay.diagnosis()))
                .toList();
    }

    private static Row row(String relay, Diagnosis diagnosis) {
        return new Row(
                relay,
                diagnosis.healthy(),
                diagnosis.acceptor().label(),
                diagnosis.connector().label(),
                diagnosis.leg().map(leg -> leg.name().toLowerCase(Locale.ROOT)).orElse(""),
                diagnosis.from(),
                diagnosis.to(),
                diagnosis.since().toString(),
                diagnosis.error(),
                diagnosis.sentence(),
                diagnosis.check());
    }

    private static ChannelState earliest(RelayStatus relay) {
        return Stream.of(relay.diagnosis().acceptor(), relay.diagnosis().connector())
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    static String text(List<Row> rows) {
        return rows.isEmpty()
                ? RelayTable.NO_RELAY
                : rows.stream().map(Row::text).collect(Collectors.joining("\n"));
    }
}
