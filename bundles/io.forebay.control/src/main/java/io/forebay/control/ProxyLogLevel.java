/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import io.forebay.api.proxy.ProxyRefusedException;
import java.io.IOException;
import java.util.Dictionary;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * {@code set loglevel}: the level of Forebay's own loggers, through the configuration of the logging service. It lasts until
 * that file is changed, or Forebay ends.
 */
final class ProxyLogLevel {

    private static final String PID = "org.ops4j.pax.logging";
    private static final String LOGGER = "log4j2.logger.forebay.";

    private static final Map<String, String> LEVELS = Map.of(
            "trace", "TRACE",
            "debug", "DEBUG",
            "info", "INFO",
            "warn", "WARN",
            "warning", "WARN",
            "error", "ERROR",
            "critical", "FATAL",
            "off", "OFF");

    private final ConfigurationAdmin admin;

    ProxyLogLevel(ConfigurationAdmin admin) {
        this.admin = admin;
    }

    List<String> levels() {
        return LEVELS.keySet().stream().sorted().toList();
    }

    ProxyAnswer set(List<String> arguments) throws ProxyRefusedException {
        String level = LEVELS.get(arguments.get(0).toLowerCase(Locale.ROOT));
        if (level == null) {
            throw new ProxyRefusedException(
                    "%s is not a log level: use trace, debug, info, warn, error or off.".formatted(arguments.get(0)));
        }
        try {
            Configuration configuration = admin.getConfiguration(PID, "?");
            Dictionary<String, Object> properties = configuration.getProperties();
            if (properties == null) {
                throw new ProxyRefusedException("Logging has no configuration: restore etc/" + PID + ".cfg.");
            }
            properties.put(LOGGER + "name", "io.forebay");
            properties.put(LOGGER + "level", level);
            configuration.update(properties);
            return ProxyAnswer.NOTHING;
        } catch (IOException e) {
            throw new ProxyRefusedException("The log level cannot be changed (%s): see the log.".formatted(e));
        }
    }
}
