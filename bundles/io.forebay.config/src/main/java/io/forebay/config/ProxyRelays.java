/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxyConnections;
import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.proxy.ProxySection;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.Relays;
import io.forebay.api.text.AddressText;
import io.forebay.config.drbdconf.DrbdConf;
import io.forebay.config.drbdconf.DrbdConfException;
import io.forebay.config.drbdconf.HostName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Connections as factory configurations of relays, beside those that come from files. What tells them apart is the
 * connection's name as drbdadm forms it, kept as a private property.
 */
@Component(configurationPid = ProxyRelays.PID)
@Designate(ocd = ProxyRelays.Settings.class)
public final class ProxyRelays implements ProxyConnections {

    static final String PID = "io.forebay.config";

    /** Where {@code drbd.conf} is. */
    @ObjectClassDefinition(
            name = "Forebay configuration",
            description = "What Forebay itself reads of DRBD's configuration, for up, adjust and dump.")
    public @interface Settings {

        @AttributeDefinition(required = false, description = "DRBD's configuration.")
        String drbd$_$conf() default "/etc/drbd.conf";

        @AttributeDefinition(
                required = false,
                description = "The name that proxy sections have for this machine; by default its host name.")
        String host() default "";
    }

    /** Where these relays come from, as messages name it. */
    static final String SOURCE = "drbd-proxy-ctl";

    static final String CONNECTION = ".connection";
    static final String REVISION = ".revision";

    private static final String ADDED = ".added";

    /** drbdadm kills drbd-proxy-ctl after 5 s. */
    private static final long TIMEOUT_MS = 3_000;

    private final Path drbdConf;
    private final String host;
    private final ConfigurationAdmin admin;
    private final Relays relays;
    private final RelayOutcomes outcomes;
    private long revision;

    @Activate
    public ProxyRelays(
            @Reference ConfigurationAdmin admin,
            @Reference Relays relays,
            @Reference RelayOutcomes outcomes,
            Settings settings) {
        this.drbdConf = Path.of(settings.drbd$_$conf().strip());
        this.host = settings.host().strip();
        this.admin = admin;
        this.relays = relays;
        this.outcomes = outcomes;
    }

    @Override
    public synchronized List<String> add(ProxyConnection wanted) throws ProxyRefusedException {
        List<String> addresses = addresses(wanted);
        Optional<Configured> same = predecessor(wanted);
        if (same.isEmpty() || !addresses(same.get().connection()).equals(addresses)) {
            return put(wanted);
        }
        ProxyConnection old = same.get().connection();
        Map<String, String> options = new LinkedHashMap<>(old.options());
        options.putAll(wanted.options());
        return put(old.with(options, old.plugins()));
    }

    @Override
    public synchronized List<String> put(ProxyConnection wanted) throws ProxyRefusedException {
        addresses(wanted);
        refuseUnknownOptions(wanted);
        Optional<Configured> old = predecessor(wanted);
        String relayName = old.isPresent() ? old.get().relayName() : freeName(wanted);
        Map<String, Object> properties = properties(relayName, wanted);
        RelayFile file = check(relayName, properties);
        boolean last = old.isPresent() && old.get().added() == lastAdded(wanted.name());
        if (last && old.get().connection().equals(wanted)) {
            return List.of();
        }
        apply(relayName, properties, old, last);
        List<String> before = old.map(configured -> file(relayName, properties(relayName, configured.connection()))
                        .notes())
                .orElse(List.of());
        return file.notes().stream().filter(note -> !before.contains(note)).toList();
    }

    private static void refuseUnknownOptions(ProxyConnection wanted) throws ProxyRefusedException {
        for (String option : wanted.options().keySet()) {
            if (RelayKey.of(option).filter(RelayKey::isOption).isEmpty()) {
                throw new ProxyRefusedException("There is no option %s: the options are %s."
                        .formatted(option, String.join(", ", RelayKey.options())));
            }
        }
    }

    /** Of several of one name it is the last that later words are about. */
    private long lastAdded(String name) {
        return configured()
                .filter(other -> other.connection().name().equals(name))
                .mapToLong(Configured::added)
                .max()
                .orElse(0);
    }

    private static String normal(String key, String address) throws ProxyRefusedException {
        try {
            return AddressText.of(SocketAddressText.remote(address));
        } catch (ValueRefusedException e) {
            throw new ProxyRefusedException("The %s address %s %s.".formatted(key, address, e.getMessage()));
        }
    }

    /** The four addresses, spelled in the one way that can be compared. */
    private static List<String> addresses(ProxyConnection connection) throws ProxyRefusedException {
        return List.of(
                normal("inside", connection.inside()),
                normal("peer", connection.peer()),
                normal("outside", connection.outside()),
                normal("drbd", connection.drbd()));
    }

    /** The connection that the wanted one replaces: of the same name, for a DRBD with the same IP. */
    private Optional<Configured> predecessor(ProxyConnection wanted) throws ProxyRefusedException {
        String host = host(wanted);
        for (Configured other : configured().toList()) {
            if (other.connection().name().equals(wanted.name())
                    && host(other.connection()).equals(host)) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    private static String host(ProxyConnection connection) throws ProxyRefusedException {
        String address = normal("drbd", connection.drbd());
        return address.substring(0, address.lastIndexOf(':'));
    }

    /** What tells the connections of a proxy host that serves several nodes apart is the node. */
    private String freeName(ProxyConnection wanted) throws ProxyRefusedException {
        boolean taken = configured().anyMatch(other -> other.relayName().equals(wanted.name()));
        return taken ? wanted.name() + "@" + host(wanted).replaceAll("[\\[\\]]", "") : wanted.name();
    }

    private static Map<String, Object> properties(String relayName, ProxyConnection connection) {
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

    private static RelayFile file(String relayName, Map<String, Object> properties) {
        Map<String, Object> all = new TreeMap<>(properties);
        all.put(RelayFile.PID, RelayFile.FACTORY_PID + "~" + relayName);
        return RelayFile.of(all);
    }

    /** Reads the configuration as it will be read; codecs and allocators must be there, too. */
    private RelayFile check(String relayName, Map<String, Object> properties) throws ProxyRefusedException {
        RelayFile file = file(relayName, properties);
        if (file.settings().isEmpty()) {
            throw new ProxyRefusedException(file.sentences());
        }
        RelaySettings settings = file.settings().get();
        List<CodecChoice> codecs = new ArrayList<>(file.codecs());
        codecs.add(settings.codec());
        for (CodecChoice codec : codecs) {
            refuse("plugin " + codec, relays.codecProblem(codec));
        }
        refuse("allocator " + settings.allocator(), relays.allocatorProblem(settings.allocator()));
        return file;
    }

    private static void refuse(String what, Optional<String> problem) throws ProxyRefusedException {
        if (problem.isPresent()) {
            String end = problem.get().endsWith(".") ? "" : ".";
            throw new ProxyRefusedException(SOURCE + ": " + what + ": " + problem.get() + end);
        }
    }

    private void apply(String relayName, Map<String, Object> properties, Optional<Configured> old, boolean last)
            throws ProxyRefusedException {
        Optional<Long> added = old.map(Configured::added);
        try {
            Configuration configuration = admin.getFactoryConfiguration(RelayFile.FACTORY_PID, relayName, "?");
            refuseFile(relayName, configuration.getProperties());
            String refusal = update(configuration, properties, last ? added : Optional.empty());
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

    private void refuseFile(String relayName, Dictionary<String, Object> there) throws ProxyRefusedException {
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

    @Override
    public synchronized boolean remove(String name) throws ProxyRefusedException {
        List<Configured> all = configured()
                .filter(other -> other.connection().name().equals(name))
                .toList();
        if (all.isEmpty()
                && relays.status().stream()
                        .anyMatch(relay -> relay.settings().name().equals(name))) {
            throw new ProxyRefusedException(
                    "The relay %s is that of a file in etc: change or remove the file.".formatted(name));
        }
        for (Configured one : all) {
            try {
                delete(one.configuration());
            } catch (IOException e) {
                throw notPassedOn(one.relayName(), e.toString());
            }
        }
        return !all.isEmpty();
    }

    @Override
    public synchronized List<ProxyConnection> all() {
        return configured().map(Configured::connection).toList();
    }

    @Override
    public synchronized String relayName(ProxyConnection connection) {
        return configured()
                .filter(other -> other.connection().equals(connection))
                .map(Configured::relayName)
                .findFirst()
                .orElse(connection.name());
    }

    @Override
    public List<ProxySection> inDrbdConf() throws ProxyRefusedException {
        String host = this.host.isEmpty() ? HostName.ofThisMachine().orElse("") : this.host;
        if (host.isEmpty()) {
            throw new ProxyRefusedException(
                    "The name of this machine cannot be found out: set host in etc/" + PID + ".cfg.");
        }
        try {
            return DrbdConf.read(drbdConf).connections(host).stream()
                    .map(relay ->
                            new ProxySection(relay.resource(), relay.place().toString(), relay.connection()))
                    .toList();
        } catch (DrbdConfException e) {
            throw new ProxyRefusedException(e.getMessage());
        }
    }

    /** A connection and its configuration. */
    private record Configured(Configuration configuration, String relayName, long added, ProxyConnection connection) {

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

    private Stream<Configured> configured() {
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
}
