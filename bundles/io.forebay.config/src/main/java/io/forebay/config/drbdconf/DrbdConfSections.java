/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import java.util.ArrayList;
import java.util.List;

/** What the parser leaves of the sections of a {@code drbd.conf}: only what concerns relays. */
final class DrbdConfSections {

    private DrbdConfSections() {}

    /**
     * {@code proxy on HOST+ { … }}.
     *
     * @param hosts the machines that the relay runs on
     * @param inside or {@code null}
     * @param outside or {@code null}
     * @param settings of {@code options { … }}
     */
    record Proxy(
            List<String> hosts,
            DrbdConfAddress inside,
            DrbdConfAddress outside,
            ProxySettings settings,
            DrbdConfPlace place) {}

    /**
     * {@code on}, {@code floating} or {@code stacked-on-top-of}.
     *
     * @param names of {@code on}; of {@code floating}, none
     * @param lower the resource below, or {@code null}
     * @param address or {@code null}
     * @param proxy or {@code null}
     */
    record Host(List<String> names, String lower, DrbdConfAddress address, Proxy proxy, DrbdConfPlace place) {

        /** As a sentence calls it. */
        String shown() {
            if (lower != null) {
                return "stacked-on-top-of " + lower;
            }
            return names.isEmpty() ? "floating" : "on " + String.join(" ", names);
        }
    }

    /**
     * {@code host NAME …} of a connection or path.
     *
     * @param name or {@code null} where only an address stands
     * @param address or {@code null}
     * @param port or {@code null}
     * @param proxy or {@code null}
     */
    record End(String name, DrbdConfAddress address, DrbdConfToken port, Proxy proxy, DrbdConfPlace place) {}

    /** {@code connection { … }}, the statements outside of any {@code path} being a path, too. */
    record Connection(List<List<End>> paths, DrbdConfPlace place) {

        boolean proxied() {
            return paths.stream().flatMap(List::stream).anyMatch(end -> end.proxy() != null);
        }
    }

    /** {@code connection-mesh { … }}. */
    record Mesh(List<String> hosts, DrbdConfPlace place) {}

    /** {@code resource NAME { … }}, while it is read and after. For one thread. */
    static final class Resource {

        final String name;
        final DrbdConfPlace place;
        final List<Host> hosts = new ArrayList<>();
        final List<Connection> connections = new ArrayList<>();
        final List<Mesh> meshes = new ArrayList<>();
        /** {@code null}: none written. */
        ProxySettings settings;
        /** What stands in the template file instead of {@code common}; {@code null}: no template. */
        ProxySettings template;

        Resource(String name, DrbdConfPlace place) {
            this.name = name;
            this.place = place;
        }
    }
}
