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

    /** A busy machine may make anything slow once. */
    private static final int SLOW_MAX = 3;

    private final Map<PlugIn<?>, String> reasons = new ConcurrentHashMap<>();
    private final Map<PlugIn<?>, Integer> slow = new ConcurrentHashMap<>();

    /**
     * A plug-in has misbehaved.
     *
     * @param what it did, a clause that goes on after its name
     * @return whether that is the first time
     */
    boolean add(PlugIn<?> plugIn, String what) {
        return reasons.putIfAbsent(plugIn, what) == null;
    }

    /** A plug-in took much too long; whether that happened several times now. */
    boolean isSlowAgain(PlugIn<?> plugIn) {
        return slow.merge(plugIn, 1, Integer::sum) >= SLOW_MAX;
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
        slow.remove(plugIn);
    }

    /** All get another chance. */
    void clear() {
        reasons.clear();
        slow.clear();
    }
}
