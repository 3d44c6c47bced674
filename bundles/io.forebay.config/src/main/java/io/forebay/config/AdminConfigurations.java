/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.proxy.ProxyRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Hashtable;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The configurations of relays in Config Admin: finds them, writes them, and waits until that has taken effect. */
final class AdminConfigurations {

    static final String REVISION = ".revision";

    /** drbdadm kills drbd-proxy-ctl after 5 s. */
    private static final long TIMEOUT_MS = 3_000;

    private final ConfigurationAdmin admin;
    private final RelayOutcomes outcomes;

    /** Never one that an earlier instance has given. */
    private long revision = System.currentTimeMillis();

    AdminConfigurations(ConfigurationAdmin admin, RelayOutcomes outcomes) {
        this.admin = admin;
        this.outcomes = outcomes;
    }

    /** All there are, to look at. */
    Stream<Configuration> all() {
        try {
            Configuration[] all = admin.listConfigurations("(service.factoryPid=" + RelayFile.FACTORY_PID + ")");
            return Stream.of(all == null ? new Configuration[0] : all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** The one of a relay, which need not have properties yet. */
    Configuration get(String relayName) throws ProxyRefusedException {
        try {
            return admin.getFactoryConfiguration(RelayFile.FACTORY_PID, relayName, "?");
        } catch (IOException e) {
            throw notPassedOn(relayName, e.toString());
        }
    }

    /** A number that is higher than all before. */
    synchronized long next() {
        return ++revision;
    }

    /**
     * Gives a configuration other properties.
     *
     * @return why they cannot be used; empty if they are in force
     * @throws ProxyRefusedException if that is not known in time
     */
    String update(Configuration configuration, Map<String, Object> properties) throws ProxyRefusedException {
        long number = next();
        Hashtable<String, Object> dictionary = new Hashtable<>(properties);
        dictionary.put(REVISION, number);
        String pid = configuration.getPid();
        try {
            // one of a list counts its changes for itself if nothing is stored, so another's next change would seem
            // older
            admin.getConfiguration(pid, "?").update(dictionary);
            return outcomes.await(pid, number, TIMEOUT_MS).orElseThrow(() -> notInTime(pid));
        } catch (IOException e) {
            throw notPassedOn(pid, e.toString());
        } catch (InterruptedException e) {
            throw interrupted(pid);
        }
    }

    /** Removes a configuration; returns when its relay is gone. */
    void delete(Configuration configuration) throws ProxyRefusedException {
        String pid = configuration.getPid();
        try {
            configuration.delete();
            if (!outcomes.awaitGone(pid, TIMEOUT_MS)) {
                throw notInTime(pid);
            }
        } catch (IOException e) {
            throw notPassedOn(pid, e.toString());
        } catch (InterruptedException e) {
            throw interrupted(pid);
        }
    }

    private static ProxyRefusedException notInTime(String pid) {
        return notPassedOn(pid, "no answer within 3 s");
    }

    private static ProxyRefusedException interrupted(String pid) {
        Thread.currentThread().interrupt();
        return notPassedOn(pid, "interrupted");
    }

    private static ProxyRefusedException notPassedOn(String pid, String cause) {
        return new ProxyRefusedException(
                "The configuration %s was not passed on (%s): see forebay:diag and Forebay's log, and try again."
                        .formatted(pid, cause));
    }
}
