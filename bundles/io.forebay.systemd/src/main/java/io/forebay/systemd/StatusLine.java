/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.systemd;

import io.forebay.api.relay.Leg;
import io.forebay.api.relay.RelayStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** All relays in one line, for {@code systemctl status}. */
final class StatusLine {

    /** More than these are counted; {@code forebay client diag} has them all. */
    private static final int NAMED_MAX = 3;

    /** Read behind a relay's name. */
    private static final Map<Leg, String> MISSING = Map.of(
            Leg.DRBD_TO_INSIDE, "the local DRBD has not dialled",
            Leg.INSIDE_TO_DRBD, "the local DRBD cannot be reached",
            Leg.OUTSIDE_TO_PEER, "the peer cannot be reached",
            Leg.PEER_TO_OUTSIDE, "the peer has not dialled",
            Leg.FAR_DRBD_TO_FAR_INSIDE, "the far DRBD has not dialled",
            Leg.FAR_INSIDE_TO_FAR_DRBD, "the far DRBD cannot be reached");

    private StatusLine() {}

    static String of(List<RelayStatus> relays) {
        if (relays.isEmpty()) {
            return "no relay is configured";
        }
        List<RelayStatus> broken =
                relays.stream().filter(relay -> !relay.diagnosis().healthy()).toList();
        String counts = relays.size() + (relays.size() == 1 ? " relay: " : " relays: ")
                + (relays.size() - broken.size()) + " established";
        return broken.isEmpty() ? counts : counts + ", " + broken.size() + " broken: " + named(broken);
    }

    private static String named(List<RelayStatus> broken) {
        List<String> parts = broken.stream()
                .limit(NAMED_MAX)
                .map(relay -> relay.settings().name() + " " + trouble(relay))
                .collect(Collectors.toCollection(ArrayList::new));
        if (broken.size() > NAMED_MAX) {
            parts.add("and " + (broken.size() - NAMED_MAX) + " more");
        }
        return String.join("; ", parts);
    }

    private static String trouble(RelayStatus relay) {
        if (!relay.problem().isEmpty()) {
            return oneLine(relay.problem());
        }
        return relay.diagnosis()
                .leg()
                .map(MISSING::get)
                .orElseGet(() -> relay.diagnosis().acceptor().label() + "/"
                        + relay.diagnosis().connector().label());
    }

    private static String oneLine(String sentence) {
        return sentence.replaceAll("\\s+", " ").replaceFirst("\\. ?$", "");
    }
}
