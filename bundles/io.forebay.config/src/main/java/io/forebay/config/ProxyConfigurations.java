/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxyRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The factory configurations of connections. What tells them from those of files is the connection's name as drbdadm forms
 * it, kept as a private property. Each change waits until it has taken effect.
 */
final class ProxyConfigurations {

    static final String CONNECTION = ".connection";
    static final String REVISION = ".revision";

    private static final String ADDED = ".added";

    /** drbdadm kills drbd-proxy-ctl after 5 s. */
    private static final long TIMEOUT_MS = 3_000;

    private final ConfigurationAdmin admin;
    private final RelayOutcomes outcomes;

    /** Never one that an earlier instance has given. */
    private long revision = System.currentTimeMillis();

    ProxyConfigurations(ConfigurationAdmin admin, RelayOutcomes outcomes) {
        this.admin = admin;
        this.outcomes = outcomes;
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
        try {
            Configuration configuration = admin.getFactoryConfiguration(RelayFile.FACTORY_PID, relayName, "?");
            refuseFile(relayName, configuration.getProperties());
            String refusal = update(configuration, properties(relayName, wanted), last ? added : Optional.empty());
            if (!refusal.isEmpty()) {
                if (old.isPresent()) {
                    update(configuration, properties(relayName, old.get().connection()), added);
                } else {
                    delete(configuration);
                }
                throw new ProxyRefusedException(refusal);
            }
        } catch (IOException e) {
            throw notPassedOn(relayName, e.toString());
        }
    }

    private static void refuseFile(String relayName, Dictionary<String, Object> there) throws ProxyRefusedException {
        if (there != null && there.get(CONNECTION) == null) {
            throw new ProxyRefusedException(
                    "The relay %s is that of a file in etc: change or remove the file.".formatted(relayName));
        }
    }

    private String update(Configuration configuration, Map<String, Object> properties, Optional<Long> added)
            throws IOException, ProxyRefusedException {
        long number = ++revision;
        Dictionary<String, Object> dictionary = new Hashtable<>(properties);
        dictionary.put(REVISION, number);
        dictionary.put(ADDED, added.orElse(number));
        configuration.update(dictionary);
        try {
            return outcomes.await(configuration.getPid(), number, TIMEOUT_MS)
                    .orElseThrow(() -> notPassedOn(configuration.getPid(), "no answer within 3 s"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notPassedOn(configuration.getPid(), "interrupted");
        }
    }

    private static ProxyRefusedException notPassedOn(String pid, String cause) {
        return new ProxyRefusedException(
                "The configuration %s was not passed on (%s): see forebay:diag and Forebay's log, and try again."
                        .formatted(pid, cause));
    }

    /** Removes a relay; returns when it is gone. */
    void delete(Configured one) throws ProxyRefusedException {
        try {
            delete(one.configuration());
        } catch (IOException e) {
            throw notPassedOn(one.relayName(), e.toString());
        }
    }

    private void delete(Configuration configuration) throws IOException, ProxyRefusedException {
        String pid = configuration.getPid();
        configuration.delete();
        try {
            if (!outcomes.awaitGone(pid, TIMEOUT_MS)) {
                throw notPassedOn(pid, "no answer within 3 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notPassedOn(pid, "interrupted");
        }
    }

    /** All connections, in the order in which they were added. */
    Stream<Configured> all() {
        try {
            Configuration[] all = admin.listConfigurations("(service.factoryPid=" + RelayFile.FACTORY_PID + ")");
            return Stream.of(all == null ? new Configuration[0] : all)
                    .filter(configuration -> configuration.getProperties().get(CONNECTION) != null)
                    .map(Configured::of)
                    .sorted(Comparator.comparingLong(Configured::added));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
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
