/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.Fault;
import io.forebay.api.relay.Leg;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.text.AddressText;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The words that stand in braces in the sentences of a diagnosis. */
final class DiagnosisWords {

    private static final Pattern WORD = Pattern.compile("\\{(\\w+)}");
    private static final String UNKNOWN = "an unknown address";

    /**
     * The ends of a connection, as words.
     *
     * @param from who dials
     * @param to what is dialled
     */
    record Ends(String from, String to) {}

    private static final Map<Leg, Ends> ENDS = Map.of(
            Leg.DRBD_TO_INSIDE, new Ends("drbd", "inside"),
            Leg.INSIDE_TO_DRBD, new Ends("insideIp", "drbd"),
            Leg.OUTSIDE_TO_PEER, new Ends("outsideIp", "peer"),
            Leg.PEER_TO_OUTSIDE, new Ends("peerIp", "outside"),
            Leg.FAR_DRBD_TO_FAR_INSIDE, new Ends("farDrbd", "farInside"),
            Leg.FAR_INSIDE_TO_FAR_DRBD, new Ends("farInsideIp", "farDrbd"));

    /** Whose sentences have the worst problem among their words. */
    private static final Set<Finding> TELL_PROBLEM = EnumSet.of(Finding.HEALTHY, Finding.NO_MEMORY, Finding.NOT_OPEN);

    private final RelayFacts facts;
    private final Map<String, String> words = new HashMap<>();

    DiagnosisWords(RelayFacts facts, Instant since) {
        this.facts = facts;
        RelaySettings settings = facts.settings();
        RelayAddresses addresses = settings.addresses();
        address("inside", text(addresses.inside()));
        address("drbd", text(addresses.drbd()));
        address("outside", text(addresses.outside()));
        address("peer", text(addresses.peer()));
        address("farInside", facts.peer().inside());
        address("farDrbd", facts.peer().drbd());
        words.put("resource", settings.resource());
        words.put("source", settings.source());
        words.put("memlimit", Long.toString(settings.memlimitBytes()));
        words.put("dial", dial(settings.line().dial(), facts.peer().dial()));
        words.put("allocator", settings.allocator());
        words.put("acceptor", facts.state(ChannelRole.ACCEPTOR).label());
        words.put("connector", facts.state(ChannelRole.CONNECTOR).label());
        words.put(
                "type",
                facts.channel(ChannelRole.CONNECTOR)
                        .map(ChannelStatus::type)
                        .map(type -> type.name().toLowerCase(Locale.ROOT))
                        .orElse(""));
        String problem = clause(facts.problem());
        words.put("problem", problem);
        words.put("but", problem.isEmpty() ? "" : ", but " + problem);
        words.put("because", problem.isEmpty() ? "" : "; " + problem);
        times(since, settings);
    }

    /** Which of the two words says who dials. */
    private static String dial(DialMode mine, DialMode peer) {
        return mine == DialMode.BOTH && peer != DialMode.BOTH
                ? "dial = " + peer.word() + " at the peer"
                : "dial = " + mine.word();
    }

    private void times(Instant since, RelaySettings settings) {
        words.put("since", time(since));
        words.put("resumeEnd", time(since.plusMillis(settings.timeouts().resumeMs())));
        words.put("resumeBytes", Long.toString(facts.backlogBytes(ChannelState.RESUMING)));
        words.put("drainEnd", time(since.plusMillis(settings.timeouts().drainMs())));
        words.put("drainBytes", Long.toString(facts.backlogBytes(ChannelState.CLOSE_PENDING)));
        words.put("drainReason", reason(EnumSet.of(ChannelState.CLOSE_PENDING)));
        words.put("endReason", reason(EnumSet.of(ChannelState.STOPPING, ChannelState.STOPPED)));
    }

    private String reason(EnumSet<ChannelState> states) {
        String reason = clause(facts.reason(states));
        return reason.isEmpty() ? "it did not say why" : reason;
    }

    private void address(String name, String address) {
        int colon = address.lastIndexOf(':');
        words.put(name, address.isEmpty() ? UNKNOWN : address);
        words.put(name + "Ip", colon < 0 ? UNKNOWN : address.substring(0, colon).replaceAll("[\\[\\]]", ""));
        words.put(name + "Port", colon < 0 ? UNKNOWN : address.substring(colon + 1));
    }

    private static String text(InetSocketAddress address) {
        return AddressText.of(address);
    }

    /** As {@code forebay:connections --verbose} writes it, without fractions of a second. */
    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String clause(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    /** Who dials a connection; empty if the peer has never said it. */
    String from(Leg leg) {
        return known(ENDS.get(leg).from());
    }

    /** What a connection is dialled to; empty if the peer has never said it. */
    String to(Leg leg) {
        return known(ENDS.get(leg).to());
    }

    private String known(String name) {
        String address = words.get(name);
        return address.equals(UNKNOWN) ? "" : address;
    }

    /** A sentence with its words; {@code {tries}} are those of a fault of this connection. */
    String fill(String sentence, Leg leg) {
        return fill(
                sentence, facts.fault(leg).map(fault -> tries(fault, to(leg))).orElse(""));
    }

    /** A sentence that speaks of no fault, with its words. */
    String fill(String sentence) {
        return fill(sentence, "");
    }

    private String fill(String sentence, String tries) {
        return WORD.matcher(sentence)
                .replaceAll(word ->
                        Matcher.quoteReplacement(word.group(1).equals("tries") ? tries : words.get(word.group(1))));
    }

    /** Problems that a finding's sentence has not told, to go on after it. */
    static String besides(Finding finding, List<String> problems) {
        boolean toldFirst = TELL_PROBLEM.contains(finding);
        boolean closed = finding.sentence().endsWith(".");
        return problems.stream()
                .skip(toldFirst ? 1 : 0)
                .map(one -> (closed ? " Besides, %s." : "; besides, %s").formatted(clause(one)))
                .collect(Collectors.joining());
    }

    /** How often a dial of an address failed, and how, in parentheses; for a connection that the other end dials, only how. */
    static String tries(Fault fault, String to) {
        // The sentence has named the address.
        String error =
                clause(fault.error().startsWith(to + ": ") ? fault.error().substring(to.length() + 2) : fault.error());
        if (fault.leg() == Leg.PEER_TO_OUTSIDE || fault.leg() == Leg.DRBD_TO_INSIDE) {
            return " (last error: %s)".formatted(error);
        }
        return fault.count() == 1
                ? " (1 try: %s)".formatted(error)
                : " (%d tries, last at %s: %s)".formatted(fault.count(), time(fault.last()), error);
    }
}
