/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.List;

/**
 * A codec or a BAB allocator that is there, as an operator sees it.
 *
 * @param kind what it is
 * @param name its own name, as a configuration asks for it
 * @param bundle the bundle that brought it: symbolic name, a blank, version
 * @param ranking its service ranking; of several of one name the highest is taken
 * @param relays the names of the relays that use it for what is new; what is older may still be held elsewhere
 * @param problem what is wrong with it, a sentence: that it misbehaved, or is being waited for; empty if nothing is
 */
public record PlugInStatus(Kind kind, String name, String bundle, int ranking, List<String> relays, String problem) {

    /** Kinds of plug-ins. */
    public enum Kind {
        /** Compresses and decompresses. */
        CODEC,
        /** Lends memory. */
        ALLOCATOR
    }

    public PlugInStatus {
        relays = List.copyOf(relays);
    }
}
