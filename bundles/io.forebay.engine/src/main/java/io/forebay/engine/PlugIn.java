/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.Comparator;
import java.util.Map;

/**
 * A service that a plug-in bundle brought, with what tells it from others of its name. Another registration of the same
 * service is another plug-in.
 *
 * @param service what it brought
 * @param name the service's own name
 * @param bundle the bundle's symbolic name and version, with a blank between, for operators
 * @param id tells registrations apart; the lower one is older
 * @param ranking of several of one name the highest is taken, then the oldest
 * @param properties what a target filter is matched against
 */
public record PlugIn<S>(S service, String name, String bundle, long id, int ranking, Map<String, ?> properties) {

    /** The one to take first is first. */
    static final Comparator<PlugIn<?>> ORDER =
            Comparator.<PlugIn<?>>comparingInt(PlugIn::ranking).reversed().thenComparingLong(PlugIn::id);

    public PlugIn {
        properties = Map.copyOf(properties);
    }

    /** One that no bundle brought, for a world without OSGi. */
    public static <S> PlugIn<S> plain(String name, S service) {
        return new PlugIn<>(service, name, "no bundle", 0, 0, Map.of());
    }

    /** Whether it is the same registration. */
    @Override
    public boolean equals(Object other) {
        return other instanceof PlugIn<?> one && one.service == service && one.id == id;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(service) + Long.hashCode(id);
    }

    /** For messages: its name and who brought it. */
    @Override
    public String toString() {
        return "%s (bundle %s)".formatted(name, bundle);
    }
}
