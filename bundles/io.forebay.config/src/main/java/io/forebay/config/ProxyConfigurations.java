/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxyRefusedException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The factory configurations of connections. What tells them from those of files is the connection's name as drbdadm forms
 * it, kept as a private property. Each change waits until it has taken effect.
 */
final class ProxyConfigurations {

    static final String CONNECTION = ".connection";

    private static final String ADDED = ".added";

    private final AdminConfigurations configurations;

    ProxyConfigurations(ConfigurationAdmin admin, RelayOutcomes outcomes) {
        this.configurations = new AdminConfigurations(admin, outcomes);
    }

    /** A connection as the properties that {@link RelayFile} reads. */
    static Map<String, Object> properties(String relayName, ProxyConnection connection) {
        Map<String, Object> properties = new TreeMap<>(connection.options());
        properties.put(RelayKey.NAME.spelling(), relayName);
        properties.put(RelayKey.INSIDE.spelling(), connection.inside());
        properties.put(RelayKey.PEER.spelling(), connection.peer());
        properties.put(RelayKey.OUTSIDE.spelling(), connection.outside());
        properties.put(RelayKey.DRBD.spelling(), connection.drbd());
        properties.put(RelayKey.PLUGIN.spelling(), connection.plugins().toArray(String[]::new));
        properties.put(CONNECTION, connection.name());
        return properties;
    }

    /**
     * Makes a relay what a connection says.
     *
     * @param old what it replaces
     * @param last whether it keeps its place among those of its name
     */
    void put(String relayName, ProxyConnection wanted, Optional<Configured> old, boolean last)
            throws ProxyRefusedException {
        Optional<Long> added = old.map(Configured::added);
        Configuration configuration = configurations.get(relayName);
        refuseFile(relayName, configuration.getProperties());
        String refusal = update(configuration, properties(relayName, wanted), last ? added : Optional.empty());
        if (!refusal.isEmpty()) {
            if (old.isPresent()) {
                update(configuration, properties(relayName, old.get().connection()), added);
            } else {
                configurations.delete(configuration);
            }
            throw new ProxyRefusedException(refusal);
        }
    }

    private static void refuseFile(String relayName, Dictionary<String, Object> there) throws ProxyRefusedException {
        if (there != null && there.get(CONNECTION) == null) {
            throw new ProxyRefusedException(
                    "The relay %s is that of a file in etc: change or remove the file.".formatted(relayName));
        }
    }

    private String update(Configuration configuration, Map<String, Object> properties, Optional<Long> added)
            throws ProxyRefusedException {
        properties.put(ADDED, added.orElseGet(configurations::next));
        return configurations.update(configuration, properties);
    }

    /** Removes a relay; returns when it is gone. */
    void delete(Configured one) throws ProxyRefusedException {
        configurations.delete(one.configuration());
    }

    /** All connections, in the order in which they were added. */
    Stream<Configured> all() {
        return configurations
                .all()
                .filter(configuration -> configuration.getProperties().get(CONNECTION) != null)
                .map(Configured::of)
                .sorted(Comparator.comparingLong(Configured::added));
    }

    /** A connection and its configuration. */
    record Configured(Configuration configuration, String relayName, long added, ProxyConnection connection) {

        static Configured of(Configuration configuration) {
            Dictionary<String, Object> properties = configuration.getProperties();
            Map<String, String> options = new LinkedHashMap<>();
            for (RelayKey key : RelayKey.values()) {
                if (key.isOption() && properties.get(key.spelling()) != null) {
                    options.put(key.spelling(), text(properties, key));
                }
            }
            ProxyConnection connection = new ProxyConnection(
                    (String) properties.get(CONNECTION),
                    text(properties, RelayKey.INSIDE),
                    text(properties, RelayKey.PEER),
                    text(properties, RelayKey.OUTSIDE),
                    text(properties, RelayKey.DRBD),
                    options,
                    Arrays.asList((String[]) properties.get(RelayKey.PLUGIN.spelling())));
            return new Configured(
                    configuration, text(properties, RelayKey.NAME), (Long) properties.get(ADDED), connection);
        }

        private static String text(Dictionary<String, Object> properties, RelayKey key) {
            return properties.get(key.spelling()).toString();
        }
    }
}
