/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.text.AddressText;
import io.forebay.api.text.TextTable;
import io.forebay.shell.ChannelLegs.Leg;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A line per channel, in DRX's layout: {@code forebay:connections}.
 *
 * <p>Arrows show who dialled whom. An x stands where the tip of a missing connection's arrow would be; dots stand for a
 * connection whose turn has not come; an x behind the remote Forebay says that the far DRBD is missing.
 */
final class ConnectionTable {

    private static final int ARROW_WIDTH = 14;
    private static final String[] TITLES = {
        "Name", "Type", "<local replicator>", "State", "<local forebay>", "State", "<remote forebay>"
    };

    /**
     * One channel.
     *
     * @param localLeg up, missing or idle
     * @param bridge up, missing or idle
     * @param drbdAddress empty while there is none
     * @param peerAddress empty while there is none
     * @param since ISO-8601
     */
    record Row(
            String relay,
            long channel,
            String type,
            String role,
            String state,
            String localLeg,
            String bridge,
            String localArrow,
            String bridgeArrow,
            String drbdAddress,
            String insideAddress,
            String outsideAddress,
            String peerAddress,
            String since,
            String reason) {

        private boolean established() {
            return state.equals(ChannelState.ESTABLISHED.label());
        }

        private boolean farDrbdMissing() {
            return state.equals(ChannelState.ESTABLISHING.label()) && role.equals("acceptor");
        }
    }

    private ConnectionTable() {}

    static List<Row> rows(RelayStatus relay) {
        return relay.channels().stream()
                .map(channel -> row(relay.settings().name(), relay.settings().addresses(), channel))
                .toList();
    }

    private static Row row(String relay, RelayAddresses addresses, ChannelStatus channel) {
        ChannelLegs legs = ChannelLegs.of(channel);
        boolean acceptor = channel.role() == ChannelRole.ACCEPTOR;
        return new Row(
                relay,
                channel.id(),
                channel.type().name().toLowerCase(Locale.ROOT),
                channel.role().name().toLowerCase(Locale.ROOT),
                channel.state().label(),
                legs.local().name().toLowerCase(Locale.ROOT),
                legs.bridge().name().toLowerCase(Locale.ROOT),
                arrow(legs.local(), legs.localWord(), acceptor),
                arrow(legs.bridge(), legs.bridgeWord(), !acceptor),
                channel.drbdAddress(),
                AddressText.of(addresses.inside()),
                AddressText.of(addresses.outside()),
                channel.peerAddress(),
                channel.since().toString(),
                channel.reason());
    }

    static String text(List<Row> rows) {
        TextTable table = new TextTable(TITLES);
        for (Row row : rows) {
            table.row(
                    row.relay,
                    row.type,
                    "(replicator)",
                    row.localArrow,
                    "(forebay)",
                    row.bridgeArrow,
                    row.farDrbdMissing() ? "(remote)-x" : "(remote)");
        }
        return table + "\n" + total(rows);
    }

    static String verboseText(List<Row> rows) {
        String[] titles = Arrays.copyOf(TITLES, TITLES.length + 3);
        titles[TITLES.length] = "Channel";
        titles[TITLES.length + 1] = "Since";
        titles[TITLES.length + 2] = "Reason";
        TextTable table = new TextTable(titles);
        for (Row row : rows) {
            table.row(
                    row.relay,
                    row.type,
                    orDash(row.drbdAddress),
                    row.localArrow,
                    row.insideAddress + " / " + row.outsideAddress,
                    row.bridgeArrow,
                    orDash(row.peerAddress) + (row.farDrbdMissing() ? " -x" : ""),
                    row.channel,
                    row.since,
                    row.reason.isEmpty() ? row.state : row.state + ": " + row.reason);
        }
        return table + "\n" + total(rows);
    }

    private static String total(List<Row> rows) {
        return "All connections : " + rows.size() + ", Established : "
                + rows.stream().filter(Row::established).count();
    }

    private static String arrow(Leg leg, String word, boolean rightwards) {
        if (leg == Leg.IDLE) {
            return ".".repeat(ARROW_WIDTH);
        }
        String line = "-".repeat(Math.max(0, ARROW_WIDTH - 3 - word.length()));
        if (rightwards) {
            // DRX writes the word next to the local DRBD, and the dashes in front of it where the Forebay dials
            return leg == Leg.UP ? upRightwards(word, line) : "-" + word + line + "-x";
        }
        return leg == Leg.UP ? "<-" + word + line + "-" : "x-" + word + line + "-";
    }

    private static String upRightwards(String word, String line) {
        return word.equals("bridged") ? "-" + line + word + "->" : "-" + word + line + "->";
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
