/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * What the engine takes from the world beside its transport; a simulation hands in its own.
 *
 * @param hostName this machine's name, as peers and operators read it
 * @param workers compress and decompress
 * @param scratches what is compressed into
 * @param blocking runs what may block: obtaining memory, opening listeners
 * @param clock the wall clock and the time zone, for operators and for schedules
 * @param random for session ids and for jitter; thread-safe
 * @param events is told of every transition
 * @param targets makes a test of a target filter; throws IllegalArgumentException with a sentence if it is none
 */
public record Surroundings(
        String hostName,
        Workers workers,
        ScratchPool scratches,
        Executor blocking,
        Clock clock,
        RandomGenerator random,
        ChannelEvents events,
        Function<String, Predicate<Map<String, ?>>> targets) {

    /** The same, but for who is told of transitions. */
    Surroundings telling(ChannelEvents others) {
        return new Surroundings(hostName, workers, scratches, blocking, clock, random, others, targets);
    }
}
