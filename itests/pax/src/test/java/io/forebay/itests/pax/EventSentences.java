/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.service.cm.ConfigurationAdmin;

/** What the log says, from the moment on at which one was made. */
final class EventSentences {

    private final Path file;
    private final long fromLine;

    /** Configures the log, if that was not done before. */
    EventSentences(ConfigurationAdmin configurations) throws IOException, InterruptedException {
        file = PackedDistribution.base()
                .resolve("events-" + ProcessHandle.current().pid() + ".log");
        if (!Files.exists(file)) {
            configurations
                    .getConfiguration("org.ops4j.pax.logging", null)
                    .update(new Hashtable<>(Map.of(
                            "log4j2.appender.file.type", "File",
                            "log4j2.appender.file.name", "file",
                            "log4j2.appender.file.fileName", file.toString(),
                            "log4j2.appender.file.layout.type", "PatternLayout",
                            "log4j2.appender.file.layout.pattern", "%m%n",
                            "log4j2.rootLogger.level", "info",
                            "log4j2.rootLogger.appenderRef.file.ref", "file")));
            Await.until("the log is configured", () -> Files.exists(file));
        }
        fromLine = Files.readAllLines(file).size();
    }

    /** Those with all of these words. */
    List<String> with(String... words) {
        try {
            return Files.readAllLines(file).stream()
                    .skip(fromLine)
                    .filter(line -> List.of(words).stream().allMatch(line::contains))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
