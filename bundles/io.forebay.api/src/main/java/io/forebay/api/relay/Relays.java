/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The relays of this Forebay. Thread-safe. */
@ProviderType
public interface Relays {

    /**
     * Creates a relay, or gives an existing one new settings. Returns at once; the relay's status tells how it fares.
     *
     * @throws IllegalArgumentException if the settings contradict those of another relay (an address taken, a resource
     *     twice behind one outside address); the message is a sentence that names both
     */
    void put(RelaySettings settings);

    /** Closes a relay and forgets it; no effect if there is none of that name. Returns when its ports are free. */
    void remove(String name);

    /**
     * What is wrong with a codec as configured, with the codecs there are now, in words that go on after it; empty if
     * nothing is.
     */
    Optional<String> codecProblem(CodecChoice codec, PlugInTargets targets);

    /** Likewise for the name of a BAB allocator. */
    Optional<String> allocatorProblem(String allocator, PlugInTargets targets);

    /** All codecs and BAB allocators, by kind and name, the one that is taken first. */
    List<PlugInStatus> plugIns();

    /** A snapshot of all relays, by name. Waits at most a second for busy loops; never blocks the data path. */
    List<RelayStatus> status();
}
