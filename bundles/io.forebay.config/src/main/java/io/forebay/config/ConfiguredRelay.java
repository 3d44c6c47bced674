/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One factory configuration, and the relay that it asks for.
 *
 * <p>A configuration that cannot be used is logged as an error, and nothing else: the component stays active, so that
 * the corrected file reaches it. What runs keeps running as it was.
 */
@Component(
        configurationPid = RelayFile.FACTORY_PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        service = {})
@Designate(ocd = RelayConfiguration.class, factory = true)
public final class ConfiguredRelay {

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredRelay.class);

    private final Relays relays;
    private final RelayOutcomes outcomes;
    private final String pid;
    private RelaySettings running;
    private List<String> noted = List.of();

    @Activate
    public ConfiguredRelay(
            @Reference Relays relays, @Reference RelayOutcomes outcomes, Map<String, Object> properties) {
        this.relays = relays;
        this.outcomes = outcomes;
        this.pid = String.valueOf(properties.get(RelayFile.PID));
        modified(properties);
    }

    @Modified
    void modified(Map<String, Object> properties) {
        String refusal = apply(RelayFile.of(properties));
        long revision = properties.get(AdminConfigurations.REVISION) instanceof Long number ? number : 0;
        outcomes.report(pid, revision, refusal);
    }

    @Deactivate
    void deactivate() {
        if (running != null) {
            relays.remove(running.name());
            running = null;
        }
        outcomes.reportGone(pid);
    }

    /** Makes the relay what the file says; returns why it cannot, empty if it could. */
    private String apply(RelayFile file) {
        Optional<RelaySettings> settings = file.settings();
        if (settings.isEmpty()) {
            return refuse(file);
        }
        Optional<String> owner = otherOwner(settings.get());
        if (owner.isPresent()) {
            RelayFile refused = file.refused("name = %s is already the relay of %s: give each relay a name of its own"
                    .formatted(file.name(), owner.get()));
            LOG.error(refused.report(consequence("")));
            return refused.sentences();
        }
        return put(file, settings.get());
    }

    private String put(RelayFile file, RelaySettings wanted) {
        boolean renamed = running != null && !running.name().equals(wanted.name());
        if (renamed) {
            // its addresses must be free before the new name can have them
            relays.remove(running.name());
        }
        try {
            relays.put(wanted);
            running = wanted;
            LOG.info(
                    "{}: relay {} is configured: memlimit={}, reserve={}, allocator={}, codec={}",
                    file.source(),
                    file.name(),
                    wanted.memlimitBytes(),
                    wanted.reserveBytes(),
                    wanted.allocator(),
                    wanted.codec());
            file.notes().stream()
                    .filter(note -> !noted.contains(note))
                    .forEach(note -> LOG.warn("{}: relay {}: {}", file.source(), file.name(), note));
            noted = file.notes();
            return "";
        } catch (IllegalArgumentException e) {
            if (renamed) {
                relays.put(running);
            }
            return refuse(file.refused(e.getMessage()));
        }
    }

    private String refuse(RelayFile file) {
        LOG.error(file.report(consequence(file.name())));
        return file.sentences();
    }

    private String consequence(String name) {
        if (running != null) {
            return "The relay " + running.name() + " keeps running with the settings it had.";
        }
        return name.isEmpty() ? "The file starts no relay." : "The relay " + name + " is not started.";
    }

    /** Who else configured a relay of this name; two files may not take turns at one relay. */
    private Optional<String> otherOwner(RelaySettings wanted) {
        if (running != null && running.name().equals(wanted.name())) {
            return Optional.empty();
        }
        return relays.status().stream()
                .map(RelayStatus::settings)
                .filter(other -> other.name().equals(wanted.name()))
                .map(RelaySettings::source)
                .findFirst();
    }
}
