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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
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

    private static final Set<ChannelState> IN_USE =
            EnumSet.of(ChannelState.ESTABLISHED, ChannelState.RESUMING, ChannelState.CLOSE_PENDING);

    private static final Logger LOG = LoggerFactory.getLogger(ProxyRelays.class);

    private final Path drbdConf;
    private final String host;
    private final Relays relays;
    private final ProxyConfigurations configurations;
    private final ScheduledExecutorService timer;

    /**
     * Relays that DRBD is connected through, and that were removed. drbdadm adjust removes a connection whose memlimit has
     * changed, adds it again at once, and gives it its options and plugins with a second call: there is no need that DRBD
     * notices.
     */
    private final RelayPauses pauses;

    @Activate
    public ProxyRelays(
            @Reference ConfigurationAdmin admin,
            @Reference Relays relays,
            @Reference RelayOutcomes outcomes,
            Settings settings) {
        this(admin, relays, outcomes, settings, timer());
    }

    /**
     * @param timer ends pauses; is shut down with this
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
        this.pauses = new RelayPauses(timer, this::settle);
    }

    private static ScheduledExecutorService timer() {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "forebay-config-pauses");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public synchronized List<String> add(ProxyConnection wanted) throws ProxyRefusedException {
        List<String> addresses = addresses(wanted);
        Optional<Configured> same = predecessor(wanted);
        if (same.isEmpty() || !addresses(same.get().connection()).equals(addresses)) {
            return put(wanted);
        }
        if (pauses.isDeparting(same.get().relayName())) {
            return putLater(wanted, same.get());
        }
        ProxyConnection old = same.get().connection();
        Map<String, String> options = new LinkedHashMap<>(old.options());
        options.putAll(wanted.options());
        return put(old.with(options, old.plugins()));
    }

    /** Begins or goes on with a pause at whose end the relay becomes what is wanted by then. */
    private List<String> putLater(ProxyConnection wanted, Configured old) throws ProxyRefusedException {
        RelayFile file = check(old.relayName(), wanted);
        pauses.begin(old.relayName(), Optional.of(wanted));
        return newNotes(file, Optional.of(old));
    }

    @Override
    public synchronized List<String> put(ProxyConnection wanted) throws ProxyRefusedException {
        Optional<Configured> old = predecessor(wanted);
        boolean goesOn = old.isPresent()
                && pauses.wanted(old.get().relayName()).isPresent()
                && !old.get().connection().equals(wanted)
                && addresses(old.get().connection()).equals(addresses(wanted));
        return goesOn ? putLater(wanted, old.get()) : put(wanted, false);
    }

    /** As {@link #put}, but the relay gets its settings even if nothing changes, and later words mean whom they meant. */
    synchronized List<String> renew(ProxyConnection wanted) throws ProxyRefusedException {
        return put(wanted, true);
    }

    private List<String> put(ProxyConnection wanted, boolean renewed) throws ProxyRefusedException {
        Optional<Configured> old = predecessor(wanted);
        String relayName = old.isPresent() ? old.get().relayName() : freeName(wanted);
        RelayFile file = check(relayName, wanted);
        boolean departing = pauses.isDeparting(relayName);
        pauses.end(relayName);
        makeRoom(wanted);
        try {
            putNow(relayName, wanted, renewed);
        } catch (ProxyRefusedException e) {
            if (departing) {
                pauses.begin(relayName, Optional.empty());
            }
            throw e;
        }
        return newNotes(file, old);
    }

    private void putNow(String relayName, ProxyConnection wanted, boolean renewed) throws ProxyRefusedException {
        Optional<Configured> inForce = inForce(relayName);
        boolean last = inForce.isPresent() && inForce.get().added() == lastAdded(wanted.name());
        if (!last || renewed || !inForce.get().connection().equals(wanted)) {
            configurations.put(relayName, wanted, inForce, last || renewed);
        }
    }

    private static List<String> newNotes(RelayFile file, Optional<Configured> old) {
        List<String> before =
                old.map(one -> file(one.relayName(), one.connection()).notes()).orElse(List.of());
        return file.notes().stream().filter(note -> !before.contains(note)).toList();
    }

    /**
     * Removes at once what is departing and listens where the wanted one is to listen. All others go on: drbdadm adjust all
     * first removes all that it changes, and then adds them.
     */
    private void makeRoom(ProxyConnection wanted) throws ProxyRefusedException {
        Set<String> listening = listening(wanted);
        for (Configured other : configurations.all().toList()) {
            if (pauses.isDeparting(other.relayName())
                    && !Collections.disjoint(listening, listening(other.connection()))) {
                settle(other.relayName());
            }
        }
    }

    private static Set<String> listening(ProxyConnection connection) throws ProxyRefusedException {
        return new HashSet<>(List.of(normal("inside", connection.inside()), normal("outside", connection.outside())));
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
        for (Configured other : asked().toList()) {
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

    private static RelayFile file(String relayName, ProxyConnection connection) {
        Map<String, Object> all = ProxyConfigurations.properties(relayName, connection);
        all.put(RelayFile.PID, RelayFile.FACTORY_PID + "~" + relayName);
        return RelayFile.of(all);
    }

    /** Reads the configuration as it will be read; codecs and allocators must be there, too. */
    private RelayFile check(String relayName, ProxyConnection wanted) throws ProxyRefusedException {
        addresses(wanted);
        refuseUnknownOptions(wanted);
        RelayFile file = file(relayName, wanted);
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
                pauses.begin(one.relayName(), Optional.empty());
            } else {
                pauses.end(one.relayName());
                configurations.delete(one);
            }
        }
        return !named.isEmpty();
    }

    private boolean isInUse(String relayName) {
        return relays.status().stream()
                .filter(relay -> relay.settings().name().equals(relayName))
                .flatMap(relay -> relay.channels().stream())
                .anyMatch(channel -> IN_USE.contains(channel.state()));
    }

    /** Ends a relay's pause: makes it what is wanted, or removes it. No effect if the pause has ended. */
    private synchronized void settle(String relayName) {
        Optional<RelayPauses.Pause> pause = pauses.end(relayName);
        Optional<Configured> inForce = inForce(relayName);
        if (pause.isEmpty() || inForce.isEmpty()) {
            return;
        }
        try {
            if (pause.get().wanted().isPresent()) {
                putNow(relayName, pause.get().wanted().get(), false);
            } else {
                configurations.delete(inForce.get());
            }
        } catch (ProxyRefusedException e) {
            LOG.error("{}: relay {} is to be changed: {}", SOURCE, relayName, e.getMessage());
        }
    }

    @Deactivate
    synchronized void close() {
        timer.shutdownNow();
        pauses.relayNames().forEach(this::settle);
    }

    @Override
    public synchronized List<ProxyConnection> all() {
        return present().map(Configured::connection).toList();
    }

    @Override
    public synchronized String relayName(ProxyConnection connection) {
        return asked().filter(other -> other.connection().equals(connection))
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
        return asked().filter(one -> !pauses.isDeparting(one.relayName()));
    }

    /** All, as they are or, at the end of a pause, will be. */
    private Stream<Configured> asked() {
        return configurations.all().map(one -> {
            Optional<ProxyConnection> wanted = pauses.wanted(one.relayName());
            return wanted.isEmpty()
                    ? one
                    : new Configured(one.configuration(), one.relayName(), one.added(), wanted.get());
        });
    }

    private Optional<Configured> inForce(String relayName) {
        return configurations
                .all()
                .filter(one -> one.relayName().equals(relayName))
                .findFirst();
    }
}
