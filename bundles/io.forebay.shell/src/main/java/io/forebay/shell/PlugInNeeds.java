/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** The plug-ins of one kind beside what relays want of them. */
final class PlugInNeeds {

    private final List<PlugInStatus> here;
    private final List<RelayStatus> relays;
    private final Function<RelaySettings, String> wanted;
    private final Function<RelaySettings, Optional<String>> refusal;
    private final PlugInStatus.Kind kind;

    /**
     * @param wanted the name of the one that a relay is configured for
     * @param refusal why it cannot be had, in words that go on after it; empty if it can
     */
    PlugInNeeds(
            Relays relays,
            PlugInStatus.Kind kind,
            Function<RelaySettings, String> wanted,
            Function<RelaySettings, Optional<String>> refusal) {
        this.here = relays.plugIns().stream().filter(one -> one.kind() == kind).toList();
        this.relays = relays.status();
        this.wanted = wanted;
        this.refusal = refusal;
        this.kind = kind;
    }

    List<RelayStatus> relays() {
        return relays;
    }

    /** The relays that use one. */
    Stream<RelayStatus> users(PlugInStatus one) {
        return relays.stream()
                .filter(relay -> one.relays().contains(relay.settings().name()));
    }

    /**
     * Those that are here, and those that are not but should be: without a bundle.
     *
     * @param others names that are to be among them
     */
    List<PlugInStatus> all(Collection<String> others) {
        TreeSet<String> missing = new TreeSet<>(others);
        relays.forEach(relay -> missing.add(wanted.apply(relay.settings())));
        here.forEach(one -> missing.remove(one.name()));
        List<PlugInStatus> all = new ArrayList<>(here);
        missing.forEach(name -> all.add(new PlugInStatus(kind, name, "", 0, List.of(), "")));
        // the order of those of one name stays
        all.sort(Comparator.comparing(PlugInStatus::name));
        return all;
    }

    /** What is wrong with one, a sentence each: what it says itself, and who wants it in vain. */
    List<String> problems(PlugInStatus one) {
        List<String> problems = new ArrayList<>();
        if (!one.problem().isEmpty()) {
            problems.add(sentence(one.problem()));
        }
        boolean firstOfItsName = here.stream()
                .filter(other -> other.name().equals(one.name()))
                .findFirst()
                .map(one::equals)
                .orElse(true);
        if (firstOfItsName) {
            relays.stream()
                    .filter(relay -> wanted.apply(relay.settings()).equals(one.name()) && !isServed(relay))
                    .map(this::inVain)
                    .forEach(problems::add);
        }
        return problems;
    }

    private boolean isServed(RelayStatus relay) {
        return here.stream()
                .anyMatch(one -> one.name().equals(wanted.apply(relay.settings()))
                        && one.relays().contains(relay.settings().name()));
    }

    private String inVain(RelayStatus relay) {
        String reason = refusal.apply(relay.settings()).orElseGet(() -> ofThisKind(relay.problems()));
        String clause = relay.settings().name() + " wants it, and does not use it";
        return sentence(reason.isEmpty() ? clause : clause + ": " + reason);
    }

    /** The first that speaks of plug-ins of this kind; empty if none does. */
    private String ofThisKind(List<String> problems) {
        String word = kind.name().toLowerCase(Locale.ROOT);
        return problems.stream().filter(one -> one.contains(word)).findFirst().orElse("");
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    /** The symbolic name of a {@link PlugInStatus#bundle}. */
    static String bundle(PlugInStatus one) {
        int blank = one.bundle().lastIndexOf(' ');
        return blank < 0 ? one.bundle() : one.bundle().substring(0, blank);
    }

    /** The version of a {@link PlugInStatus#bundle}. */
    static String version(PlugInStatus one) {
        return one.bundle().substring(one.bundle().lastIndexOf(' ') + 1);
    }
}
