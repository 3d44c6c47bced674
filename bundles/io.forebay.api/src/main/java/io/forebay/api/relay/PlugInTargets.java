/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.Objects;

/**
 * Which of several plug-ins of one name a relay takes: OSGi filters over the service's properties, to which the bundle's
 * {@code bundle.symbolicName} and {@code bundle.version} are added, for example
 * {@code (&(bundle.version>=1.2)(!(bundle.version>=2)))}. Of those that match, the one with the highest service ranking.
 *
 * @param codec the filter for the codec; empty for any
 * @param allocator likewise for the BAB allocator
 */
public record PlugInTargets(String codec, String allocator) {

    /** Any plug-in of the name. */
    public static final PlugInTargets ANY = new PlugInTargets("", "");

    public PlugInTargets {
        Objects.requireNonNull(codec);
        Objects.requireNonNull(allocator);
    }
}
