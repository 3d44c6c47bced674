/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.proxy.ProxyConnections;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.RelaySettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one configuration says: settings, or every reason why it cannot be used.
 *
 * @param source the file, as messages name it
 * @param name the relay's name; empty if even that is unknown
 * @param settings empty if there are problems
 * @param problems one sentence each, beginning with the file and the key; empty if there are settings
 * @param notes what is taken for something else, or has no effect; a sentence each
 * @param codecs all codecs that plugin lines name, those included that are not used
 */
record RelayFile(
        String source,
        String name,
        Optional<RelaySettings> settings,
        List<String> problems,
        List<String> notes,
        List<CodecChoice> codecs) {

    static final String FACTORY_PID = "io.forebay.relay";

    static final String PID = "service.pid";
    private static final String FILE_NAME = "felix.fileinstall.filename";
    private static final List<String> FRAMEWORK_KEYS =
            List.of(PID, "service.factoryPid", "service.bundleLocation", "service.changecount");

    RelayFile {
        problems = List.copyOf(problems);
        notes = List.copyOf(notes);
        codecs = List.copyOf(codecs);
    }

    /** Reads a configuration as Config Admin hands it over. */
    static RelayFile of(Map<String, ?> properties) {
        String pid = String.valueOf(properties.get(PID));
        boolean typedByProxy = properties.containsKey(ProxyConfigurations.CONNECTION);
        String source = typedByProxy ? ProxyConnections.SOURCE : source(pid, properties.get(FILE_NAME));
        int tilde = pid.indexOf('~');
        Map<String, Object> values = new TreeMap<>(properties);
        values.keySet().removeIf(RelayFile::isOfTheFramework);
        return new RelayFileReader(source, tilde < 0 ? "" : pid.substring(tilde + 1), typedByProxy).read(values);
    }

    /**
     * This file, refused for a reason that only the running relays know.
     *
     * @param reason problem, cause and remedy, without the file's name
     */
    RelayFile refused(String reason) {
        String problem = source + ": " + reason + (reason.endsWith(".") ? "" : ".");
        return new RelayFile(source, name, Optional.empty(), List.of(problem), notes, codecs);
    }

    /**
     * All problems, a line each.
     *
     * @param consequence what becomes of the relay, as a sentence
     */
    String report(String consequence) {
        return sentences() + " " + consequence;
    }

    /** All problems, a line each. */
    String sentences() {
        return String.join("\n", problems);
    }

    private static boolean isOfTheFramework(String key) {
        return FRAMEWORK_KEYS.contains(key)
                || key.startsWith(".")
                || key.startsWith("component.")
                || key.startsWith("osgi.ds.")
                || key.startsWith("felix.fileinstall.");
    }

    /** The file and its folder; or the PID where the configuration comes from somewhere else. */
    private static String source(String pid, Object fileName) {
        if (fileName == null) {
            return "configuration " + pid;
        }
        String[] folders = fileName.toString().split("/");
        String file = folders[folders.length - 1];
        return folders.length < 2 ? file : folders[folders.length - 2] + "/" + file;
    }
}
