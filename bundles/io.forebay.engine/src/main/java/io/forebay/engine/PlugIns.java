/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plug-ins of one kind that are there now. Thread-safe. */
final class PlugIns<S> {

    private static final Logger LOG = LoggerFactory.getLogger(PlugIns.class);

    private final String kind;
    private final Function<String, Predicate<Map<String, ?>>> targets;
    private final List<PlugIn<S>> all = new CopyOnWriteArrayList<>();

    /**
     * With none.
     *
     * @param kind what they are, for messages: {@code codec}
     * @param targets makes a test of a target filter; throws IllegalArgumentException with a sentence if it is none
     */
    PlugIns(String kind, Function<String, Predicate<Map<String, ?>>> targets) {
        this.kind = kind;
        this.targets = targets;
    }

    /** Closes what a plug-in made, {@code null} included; what its close throws changes nothing any more. */
    static void close(PlugIn<?> of, AutoCloseable made) {
        try {
            if (made != null) {
                made.close();
            }
        } catch (Exception | LinkageError | AssertionError e) {
            LOG.warn("{} threw when its {} was closed", of, made.getClass().getName(), e);
        }
    }

    void add(PlugIn<S> one) {
        all.add(one);
    }

    boolean remove(PlugIn<S> one) {
        return all.remove(one);
    }

    /** All, by name, the one that is taken first. */
    List<PlugIn<S>> all() {
        return all.stream()
                .sorted(java.util.Comparator.<PlugIn<S>, String>comparing(PlugIn::name)
                        .thenComparing(PlugIn.ORDER))
                .toList();
    }

    /** Those of a name that match a target filter, the one to take first. */
    Stream<PlugIn<S>> matching(String name, String target) {
        Predicate<Map<String, ?>> matches = target.isEmpty() ? any -> true : targets.apply(target);
        return all.stream()
                .filter(one -> one.name().equals(name) && matches.test(one.properties()))
                .sorted(PlugIn.ORDER);
    }

    /** The one to take; empty if there is none. */
    Optional<PlugIn<S>> best(String name, String target) {
        return matching(name, target).findFirst();
    }

    /** Why there is none to take, a sentence. */
    String noneOf(String name, String target) {
        List<String> refused = matching(name, "").map(PlugIn::bundle).toList();
        if (target.isEmpty() || refused.isEmpty()) {
            return ("there is no %s %s: use %s, or install its bundle; if lb -s shows that bundle, scr:list and scr:info say why"
                            + " it brings none")
                    .formatted(kind, name, choices());
        }
        return "there is no %s %s that matches %s: write a filter for one of %s, or install a bundle that it matches"
                .formatted(kind, name, target, String.join(", ", refused));
    }

    /**
     * The one to take.
     *
     * @throws IllegalArgumentException with a sentence, if there is none
     */
    PlugIn<S> get(String name, String target) {
        return best(name, target).orElseThrow(() -> new IllegalArgumentException(noneOf(name, target)));
    }

    private String choices() {
        List<String> names = all.stream().map(PlugIn::name).distinct().sorted().toList();
        return names.isEmpty() ? "another when one is there" : "one of " + String.join(", ", names);
    }
}
