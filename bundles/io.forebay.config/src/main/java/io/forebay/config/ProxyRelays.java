/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxyConnections;
import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.proxy.ProxySection;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.ChannelState;
import io.forebay.api.text.AddressText;
import io.forebay.config.ProxyConfigurations.Configured;
import io.forebay.config.drbdconf.DrbdConf;
import io.forebay.config.drbdconf.DrbdConfException;
import io.forebay.config.drbdconf.HostName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections as configurations of relays, beside those that come from files. */
@Component(
        service = {ProxyConnections.class, ProxyRelays.class},
        configurationPid = ProxyRelays.PID)
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

    /**
     * How long a removed relay goes on that DRBD is connected through. drbdadm adjust removes a connection whose memlimit
     * has changed, and adds it again at once: there is no need that DRBD notices.
     */
    private static final long DEPARTURE_MS = 2_000;

    private static final Set<ChannelState> IN_USE =
            EnumSet.of(ChannelState.ESTABLISHED, ChannelState.RESUMING, ChannelState.CLOSE_PENDING);

    private static final Logger LOG = LoggerFactory.getLogger(ProxyRelays.class);

    private final Path drbdConf;
    private final String host;
    private final Relays relays;
    private final ProxyConfigurations configurations;
    private final ScheduledExecutorService timer;
    private final Map<String, ScheduledFuture<?>> departing = new HashMap<>();

    @Activate
    public ProxyRelays(
            @Reference ConfigurationAdmin admin,
            @Reference Relays relays,
            @Reference RelayOutcomes outcomes,
            Settings settings) {
        this(admin, relays, outcomes, settings, timer());
    }

    /**
     * @param timer removes what has departed; is shut down with this
     */
    ProxyRelays(
            ConfigurationAdmin admin,
            Relays relays,
            RelayOutcomes outcomes,
            Settings settings,
            ScheduledExecutorService timer) {
        this.drbdConf = Path.of(settings.drbd$_$conf().strip());
        this.host = settings.host().strip();
        this.relays = relays;
        this.configurations = new ProxyConfigurations(admin, outcomes);
        this.timer = timer;
    }

    private static ScheduledExecutorService timer() {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "forebay-config-departures");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public synchronized List<String> add(ProxyConnection wanted) throws ProxyRefusedException {
        List<String> addresses = addresses(wanted);
        Optional<Configured> same = predecessor(wanted);
        if (same.isEmpty()
                || isDeparting(same.get().relayName())
                || !addresses(same.get().connection()).equals(addresses)) {
            return put(wanted);
        }
        ProxyConnection old = same.get().connection();
        Map<String, String> options = new LinkedHashMap<>(old.options());
        options.putAll(wanted.options());
        return put(old.with(options, old.plugins()));
    }

    @Override
    public synchronized List<String> put(ProxyConnection wanted) throws ProxyRefusedException {
        return put(wanted, false);
    }

    /** As {@link #put}, but the relay gets its settings even if nothing changes, and later words mean whom they meant. */
    synchronized List<String> renew(ProxyConnection wanted) throws ProxyRefusedException {
        return put(wanted, true);
    }

    private List<String> put(ProxyConnection wanted, boolean renewed) throws ProxyRefusedException {
        addresses(wanted);
        refuseUnknownOptions(wanted);
        Optional<Configured> old = predecessor(wanted);
        String relayName = old.isPresent() ? old.get().relayName() : freeName(wanted);
        Map<String, Object> properties = ProxyConfigurations.properties(relayName, wanted);
        RelayFile file = check(relayName, properties);
        boolean departed = isDeparting(relayName);
        if (departed) {
            departing.remove(relayName).cancel(false);
        }
        makeRoom(wanted);
        boolean last = old.isPresent() && old.get().added() == lastAdded(wanted.name());
        if (last && !renewed && old.get().connection().equals(wanted)) {
            return List.of();
        }
        try {
            configurations.put(relayName, wanted, old, last || renewed);
        } catch (ProxyRefusedException e) {
            if (departed) {
                departLater(relayName);
            }
            throw e;
        }
        List<String> before = old.map(configured -> file(
                                relayName, ProxyConfigurations.properties(relayName, configured.connection()))
                        .notes())
                .orElse(List.of());
        return file.notes().stream().filter(note -> !before.contains(note)).toList();
    }

    /**
     * Removes at once what is departing and listens where the wanted one is to listen. All others go on: drbdadm adjust all
     * first removes all that it changes, and then adds them.
     */
    private void makeRoom(ProxyConnection wanted) throws ProxyRefusedException {
        Set<String> listening = listening(wanted);
        for (Configured other : configurations.all().toList()) {
            if (isDeparting(other.relayName()) && !Collections.disjoint(listening, listening(other.connection()))) {
                depart(other.relayName());
            }
        }
    }

    private static Set<String> listening(ProxyConnection connection) throws ProxyRefusedException {
        return new HashSet<>(List.of(normal("inside", connection.inside()), normal("outside", connection.outside())));
    }

    private boolean isDeparting(String relayName) {
        return departing.containsKey(relayName);
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
        return configurations
                .all()
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

    /**
     * The connection that the wanted one replaces: of the same name, and it listens at the same inside or outside. One that
     * shares neither is that of another node, or to another one.
     */
    private Optional<Configured> predecessor(ProxyConnection wanted) throws ProxyRefusedException {
        String inside = normal("inside", wanted.inside());
        String outside = normal("outside", wanted.outside());
        for (Configured other : configurations.all().toList()) {
            if (other.connection().name().equals(wanted.name())
                    && (normal("inside", other.connection().inside()).equals(inside)
                            || normal("outside", other.connection().outside()).equals(outside))) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    /** What tells namesakes apart is where DRBD dials them. */
    private String freeName(ProxyConnection wanted) throws ProxyRefusedException {
        boolean taken = configurations.all().anyMatch(other -> other.relayName().equals(wanted.name()));
        return taken
                ? wanted.name() + "@" + normal("inside", wanted.inside()).replaceAll("[\\[\\]]", "")
                : wanted.name();
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
            refuse("plugin " + codec, relays.codecProblem(codec, settings.targets()));
        }
        refuse("allocator " + settings.allocator(), relays.allocatorProblem(settings.allocator(), settings.targets()));
        return file;
    }

    private static void refuse(String what, Optional<String> problem) throws ProxyRefusedException {
        if (problem.isPresent()) {
            String end = problem.get().endsWith(".") ? "" : ".";
            throw new ProxyRefusedException(SOURCE + ": " + what + ": " + problem.get() + end);
        }
    }

    @Override
    public synchronized boolean remove(String name) throws ProxyRefusedException {
        List<ProxyConnection> named = named(name);
        if (named.isEmpty()
                && relays.status().stream()
                        .map(RelayStatus::settings)
                        .anyMatch(settings -> settings.name().equals(name)
                                && !settings.source().equals(SOURCE))) {
            throw new ProxyRefusedException(
                    "The relay %s is that of a file in etc: change or remove the file.".formatted(name));
        }
        for (Configured one :
                present().filter(one -> named.contains(one.connection())).toList()) {
            if (isInUse(one.relayName())) {
                departLater(one.relayName());
            } else {
                configurations.delete(one);
            }
        }
        return !named.isEmpty();
    }

    private void departLater(String relayName) {
        departing.put(relayName, timer.schedule(() -> depart(relayName), DEPARTURE_MS, TimeUnit.MILLISECONDS));
    }

    private boolean isInUse(String relayName) {
        return relays.status().stream()
                .filter(relay -> relay.settings().name().equals(relayName))
                .flatMap(relay -> relay.channels().stream())
                .anyMatch(channel -> IN_USE.contains(channel.state()));
    }

    /** Removes what was to go on for a moment only; no effect if it was added again. */
    private synchronized void depart(String relayName) {
        if (departing.remove(relayName) == null) {
            return;
        }
        for (Configured one : configurations.all().toList()) {
            if (one.relayName().equals(relayName)) {
                try {
                    configurations.delete(one);
                } catch (ProxyRefusedException e) {
                    LOG.error("{}: relay {} is to be removed: {}", SOURCE, relayName, e.getMessage());
                }
            }
        }
    }

    @Deactivate
    synchronized void close() {
        timer.shutdownNow();
        List.copyOf(departing.keySet()).forEach(this::depart);
    }

    @Override
    public synchronized List<ProxyConnection> all() {
        return present().map(Configured::connection).toList();
    }

    @Override
    public synchronized String relayName(ProxyConnection connection) {
        return configurations
                .all()
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
            return DrbdConf.read(drbdConf).connections(host);
        } catch (DrbdConfException e) {
            throw new ProxyRefusedException(e.getMessage());
        }
    }

    private Stream<Configured> present() {
        return configurations.all().filter(one -> !isDeparting(one.relayName()));
    }
}
