/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands for the configurations of any bundle, a vendor's included, as Config Admin has them at this moment. */
@Component(service = ConfigurationCommands.class)
@GogoCommand(
        scope = "cm",
        function = {"list", "get", "set", "delete", "_next"})
public final class ConfigurationCommands {

    private static final String FILE = "felix.fileinstall.filename";

    private final ConfigurationAdmin configurations;

    @Activate
    public ConfigurationCommands(@Reference ConfigurationAdmin configurations) {
        this.configurations = configurations;
    }

    @Descriptor("lists the configurations of all bundles, and the files that they come from")
    public Listing<?> list(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json) {
        List<ConfigurationTable.Row> rows = all().map(one -> new ConfigurationTable.Row(
                        one.getPid(),
                        one.getProperties().size(),
                        text(one.getProperties().get(FILE))))
                .toList();
        return Listing.of(rows, json, ConfigurationTable::text);
    }

    @Descriptor("shows the properties of a configuration")
    public Listing<?> get(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor("its PID") String pid) {
        return properties(known(pid), json);
    }

    @Descriptor(
            "sets a property of a configuration, which is made if it is not there; lasts until its file is read again, or"
                    + " Forebay ends")
    public Listing<?> set(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor("its PID") String pid,
            @Descriptor("the property's name") String key,
            @Descriptor("the property's value; none takes the property away") String... words)
            throws IOException {
        Configuration configuration = configurations.getConfiguration(pid, "?");
        Dictionary<String, Object> properties =
                Optional.ofNullable(configuration.getProperties()).orElseGet(Hashtable::new);
        if (words.length == 0) {
            properties.remove(key);
        } else {
            properties.put(key, String.join(" ", words));
        }
        configuration.update(properties);
        return properties(configuration, json);
    }

    @Descriptor("deletes a configuration; it is there again when its file is read again")
    public void delete(@Descriptor("its PID") String pid) throws IOException {
        known(pid).delete();
    }

    private static Listing<?> properties(Configuration configuration, boolean json) {
        Dictionary<String, Object> properties = configuration.getProperties();
        List<SettingsTable.Setting> rows = Collections.list(properties.keys()).stream()
                .sorted()
                .map(key -> new SettingsTable.Setting(key, text(properties.get(key))))
                .toList();
        return Listing.of(rows, json, ConfigurationTable::propertiesText);
    }

    private static String text(Object value) {
        return value == null ? "" : value instanceof Object[] many ? Arrays.toString(many) : value.toString();
    }

    /** Those with properties: one that was made and never updated is none yet. */
    private Stream<Configuration> all() {
        try {
            Configuration[] found = configurations.listConfigurations(null);
            return Stream.of(found == null ? new Configuration[0] : found)
                    .sorted(Comparator.comparing(Configuration::getPid));
        } catch (IOException | InvalidSyntaxException e) {
            throw new IllegalStateException("configurations cannot be listed", e);
        }
    }

    private Configuration known(String pid) {
        return all().filter(one -> one.getPid().equals(pid))
                .findFirst()
                .orElseThrow(() -> new RefusedCommandException(
                        "There is no configuration %s: cm:list shows which there are.".formatted(pid)));
    }

    /** For tab completion: the PIDs, then the keys of the one that was chosen. */
    @Descriptor("names what may stand next, for tab completion")
    public List<String> _next(@Descriptor("the words before, that of the command first") List<?> words) {
        List<String> before = words.stream()
                .skip(1)
                .map(String::valueOf)
                .filter(word -> !word.startsWith("-"))
                .toList();
        return switch (before.size()) {
            case 0 -> all().map(Configuration::getPid).toList();
            case 1 ->
                all().filter(one -> one.getPid().equals(before.get(0)))
                        .flatMap(one -> Collections.list(one.getProperties().keys()).stream())
                        .sorted()
                        .toList();
            default -> List.of();
        };
    }
}
