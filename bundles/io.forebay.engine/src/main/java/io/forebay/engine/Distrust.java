/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The plug-ins that did to one relay what their contract forbids; it does not use them any more until they were registered
 * anew, or its settings are set again. Thread-safe.
 */
final class Distrust {

    private static final int SUSPICIONS_MAX = 3;

    private static final long FORGIVEN_NS = 600_000_000_000L;

    private final Map<PlugIn<?>, String> reasons = new ConcurrentHashMap<>();
    private final Map<PlugIn<?>, Suspicion> suspicions = new ConcurrentHashMap<>();

    private record Suspicion(int count, long atNs) {}

    /**
     * A plug-in has misbehaved.
     *
     * @param what it did, a clause that goes on after its name
     * @return whether that is the first time
     */
    boolean add(PlugIn<?> plugIn, String what) {
        return reasons.putIfAbsent(plugIn, what) == null;
    }

    /** A plug-in did what may not be its fault; whether that happened several times by now, in a short time. */
    boolean isSuspectAgain(PlugIn<?> plugIn, long nowNs) {
        Suspicion now = suspicions.compute(
                plugIn,
                (one, last) ->
                        new Suspicion(last == null || nowNs - last.atNs() > FORGIVEN_NS ? 1 : last.count() + 1, nowNs));
        return now.count() >= SUSPICIONS_MAX;
    }

    boolean has(PlugIn<?> plugIn) {
        return reasons.containsKey(plugIn);
    }

    /** What a plug-in did. */
    Optional<String> reason(PlugIn<?> plugIn) {
        return Optional.ofNullable(reasons.get(plugIn));
    }

    /** It has left. */
    void remove(PlugIn<?> plugIn) {
        reasons.remove(plugIn);
        suspicions.remove(plugIn);
    }

    /** All get another chance. */
    void clear() {
        reasons.clear();
        suspicions.clear();
    }
}
