/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.launcher;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;

/** The framework's configuration: {@code conf/framework.properties}, and what follows from the folders. */
final class FrameworkProperties {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^{}]+)}");

    private FrameworkProperties() {}

    /**
     * Reads the file, replaces {@code ${name}} by the system property of that name, and adds what follows from the
     * folders unless the file sets it.
     */
    static Map<String, String> read(ForebayFolders folders) throws LaunchException {
        Map<String, String> known = new HashMap<>();
        known.put("forebay.home", folders.home().toString());
        known.put("forebay.base", folders.base().toString());
        known.put(
                "forebay.deploy", folders.deploy().stream().map(Path::toString).collect(joining(",")));
        Map<String, String> result = new HashMap<>(known);
        result.put(Constants.FRAMEWORK_STORAGE, folders.cache().toString());
        for (Map.Entry<String, String> line : lines(folders).entrySet()) {
            result.put(line.getKey(), substitute(line.getKey(), line.getValue(), known, folders));
        }
        return result;
    }

    private static Map<String, String> lines(ForebayFolders folders) throws LaunchException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(folders.frameworkProperties())) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new LaunchException(
                    ExitStatus.USAGE,
                    "The framework's configuration " + folders.frameworkProperties() + " cannot be read (" + e + ").",
                    e);
        }
        Map<String, String> lines = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> lines.put(name, properties.getProperty(name)));
        return lines;
    }

    private static String substitute(String key, String text, Map<String, String> known, ForebayFolders folders)
            throws LaunchException {
        Matcher matcher = REFERENCE.matcher(text);
        StringBuilder result = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(1);
            String value = known.getOrDefault(name, System.getProperty(name));
            if (value == null) {
                throw new LaunchException(
                        ExitStatus.USAGE,
                        "In " + folders.frameworkProperties() + " the line " + key + " refers to ${" + name
                                + "}, which is not set; set it with -D" + name + "=… in conf/java.options.");
            }
            matcher.appendReplacement(result, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(result).toString().strip();
    }
}
