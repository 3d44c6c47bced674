/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxyConnections;
import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayConfigurations;
import io.forebay.api.relay.RelayRefusedException;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Changes what a relay's configuration says in the running Forebay: in Config Admin for a relay of a file, which is the
 * operator's and is not written; in the words of its connection for one of {@code drbd-proxy-ctl}, so that drbdadm sees it.
 */
@Component
public final class LiveConfigurations implements RelayConfigurations {

    private final Relays relays;
    private final ProxyRelays connections;
    private final AdminConfigurations configurations;

    @Activate
    public LiveConfigurations(
            @Reference ConfigurationAdmin admin,
            @Reference Relays relays,
            @Reference ProxyRelays connections,
            @Reference RelayOutcomes outcomes) {
        this.relays = relays;
        this.connections = connections;
        this.configurations = new AdminConfigurations(admin, outcomes);
    }

    @Override
    public synchronized List<String> set(String relay, String key, String value) throws RelayRefusedException {
        try {
            RelaySettings inForce = relays.status().stream()
                    .map(RelayStatus::settings)
                    .filter(settings -> settings.name().equals(relay))
                    .findFirst()
                    .orElseThrow(() ->
                            new ProxyRefusedException("There is no relay %s: see forebay:list.".formatted(relay)));
            RelayKey known = RelayKey.of(key)
                    .orElseThrow(() ->
                            new ProxyRefusedException("There is no key %s: %s".formatted(key, RelayKey.remedy(key))));
            String words = value.strip();
            refuseAbsentPlugIn(known, words, inForce);
            return inForce.source().equals(ProxyConnections.SOURCE)
                    ? setTyped(inForce, known, words)
                    : setInFile(inForce, known, words);
        } catch (ProxyRefusedException e) {
            throw new RelayRefusedException(e.getMessage());
        }
    }

    /** A configuration may name what is not there yet; whoever types it now wants it now. */
    private void refuseAbsentPlugIn(RelayKey key, String value, RelaySettings inForce) throws ProxyRefusedException {
        PlugInTargets targets = targets(inForce, key, value);
        Optional<String> problem;
        try {
            problem = switch (key) {
                case CODEC -> relays.codecProblem(RelayValues.codec(value), targets);
                case ALLOCATOR -> relays.allocatorProblem(RelayValues.allocator(value), targets);
                case CODEC_TARGET ->
                    relays.codecProblem(
                            inForce.codec(), new PlugInTargets(RelayValues.filter(value), targets.allocator()));
                case ALLOCATOR_TARGET ->
                    relays.allocatorProblem(
                            inForce.allocator(), new PlugInTargets(targets.codec(), RelayValues.filter(value)));
                default -> Optional.empty();
            };
        } catch (ValueRefusedException e) {
            throw new ProxyRefusedException("%s = %s %s.".formatted(key.spelling(), value, e.getMessage()));
        }
        if (problem.isPresent()) {
            String end = problem.get().endsWith(".") ? "" : ".";
            throw new ProxyRefusedException("%s = %s: %s%s".formatted(key.spelling(), value, problem.get(), end));
        }
    }

    /** The filters that hold once a key has a value: one that was about the plug-in named now holds again. */
    private PlugInTargets targets(RelaySettings inForce, RelayKey key, String value) throws ProxyRefusedException {
        PlugInTargets now = inForce.targets();
        if (!isOther(inForce, key, value)) {
            return now;
        }
        String kept = inForce.source().equals(ProxyConnections.SOURCE)
                ? ""
                : KeptTargets.of(properties(configuration(inForce)), key, name(value));
        return key == RelayKey.CODEC ? new PlugInTargets(kept, now.allocator()) : new PlugInTargets(now.codec(), kept);
    }

    /** The plug-in's name, without its options. */
    private static String name(String value) {
        return value.split("\\s+")[0];
    }

    /** Whether a value names another plug-in than the one in force, which a target filter is about. */
    private static boolean isOther(RelaySettings inForce, RelayKey key, String value) {
        return switch (key) {
            case CODEC -> !inForce.codec().name().equals(name(value));
            case ALLOCATOR -> !inForce.allocator().equals(value);
            default -> false;
        };
    }

    private List<String> setTyped(RelaySettings inForce, RelayKey key, String value) throws ProxyRefusedException {
        ProxyConnection connection = connections.all().stream()
                .filter(one -> connections.relayName(one).equals(inForce.name()))
                .findFirst()
                .orElseThrow(() -> new ProxyRefusedException(
                        "The relay %s is being removed: add its connection again.".formatted(inForce.name())));
        ProxyConnection wanted = has(inForce, key, value) ? connection : with(connection, key, value);
        List<String> remarks = new ArrayList<>(connections.renew(wanted));
        if (!wanted.equals(connection)) {
            remarks.add("This lasts until the next drbdadm adjust, or until Forebay stops: to keep it, write it into"
                    + " drbd.conf.");
        }
        return remarks;
    }

    /** Whether it is so without a line that says it, or with one in other words: then drbdadm's words stay. */
    private static boolean has(RelaySettings inForce, RelayKey key, String value) {
        return switch (key) {
            case CODEC -> inForce.codec().toString().equals(value);
            case ALLOCATOR -> inForce.allocator().equals(value);
            default -> false;
        };
    }

    private static ProxyConnection with(ProxyConnection connection, RelayKey key, String value)
            throws ProxyRefusedException {
        boolean line = PluginLines.carry(key) && !connection.options().containsKey(key.spelling());
        if (!line && !key.isOption()) {
            throw new ProxyRefusedException(
                    "%s of %s cannot be changed here, because it is a relay of drbd-proxy-ctl: add its connection again,"
                                    .formatted(key.spelling(), connection.name())
                            + " or write a file in etc for it instead.");
        }
        return line
                ? connection.with(connection.options(), PluginLines.with(connection.plugins(), key, value))
                : connection.with(key.spelling(), value);
    }

    private List<String> setInFile(RelaySettings inForce, RelayKey key, String value) throws ProxyRefusedException {
        Configuration configuration = configuration(inForce);
        Map<String, Object> before = properties(configuration);
        Map<String, Object> wanted = new TreeMap<>(before);
        wanted.put(key.spelling(), value);
        List<String> remarks = new ArrayList<>();
        if (isOther(inForce, key, value)) {
            String former = key == RelayKey.CODEC ? inForce.codec().name() : inForce.allocator();
            remarks.addAll(KeptTargets.exchange(wanted, key, former, name(value)));
        }
        RelayFile file = RelayFile.of(wanted);
        if (file.settings().isEmpty()) {
            throw new ProxyRefusedException(file.sentences());
        }
        String refusal = configurations.update(configuration, wanted);
        if (!refusal.isEmpty()) {
            configurations.update(configuration, before);
            throw new ProxyRefusedException(refusal);
        }
        List<String> known = RelayFile.of(before).notes();
        file.notes().stream().filter(note -> !known.contains(note)).forEach(remarks::add);
        if (!wanted.equals(before)) {
            remarks.add("This lasts until %s changes, or until Forebay stops: to keep it, write %s = %s there."
                    .formatted(file.source(), key.spelling(), value));
        }
        return remarks;
    }

    private Configuration configuration(RelaySettings inForce) throws ProxyRefusedException {
        return configurations
                .all()
                .filter(one -> {
                    RelayFile file = RelayFile.of(properties(one));
                    return file.name().equals(inForce.name()) && file.source().equals(inForce.source());
                })
                .findFirst()
                .orElseThrow(() -> new ProxyRefusedException("%s does not configure %s any more: see Forebay's log."
                        .formatted(inForce.source(), inForce.name())));
    }

    private static Map<String, Object> properties(Configuration configuration) {
        Dictionary<String, Object> properties = configuration.getProperties();
        Map<String, Object> map = new TreeMap<>();
        Collections.list(properties.keys()).forEach(key -> map.put(key, properties.get(key)));
        return map;
    }
}
