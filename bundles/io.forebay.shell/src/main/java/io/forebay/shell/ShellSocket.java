/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the Unix domain socket through which {@code forebay client} reaches the shell. */
@Component(
        configurationPid = "io.forebay.shell",
        immediate = true,
        service = {})
@Designate(ocd = ShellSocket.Configuration.class)
public final class ShellSocket {

    /** Where the socket is. */
    @ObjectClassDefinition(name = "Forebay shell", description = "How forebay client reaches the shell.")
    public @interface Configuration {

        @AttributeDefinition(
                required = false,
                description =
                        "The path of the Unix domain socket, in a folder that is closed to other users; by default"
                                + " run/shell.sock in Forebay's base folder.")
        String path() default "";
    }

    private static final Logger LOG = LoggerFactory.getLogger(ShellSocket.class);

    private final ShellServer server;

    @Activate
    public ShellSocket(@Reference CommandProcessor processor, Configuration configuration) {
        this.server = open(processor, configuration.path().strip());
    }

    /** The server; or {@code null} if it cannot be opened, without which all else works. */
    private static ShellServer open(CommandProcessor processor, String path) {
        Path file = path.isEmpty() ? base().resolve("run").resolve("shell.sock") : Path.of(path);
        try {
            return new ShellServer(processor, file, path.isEmpty(), ShellServer.HEADER_TIMEOUT_MS);
        } catch (IOException e) {
            LOG.error("{} The shell socket is not opened.", e.getMessage());
            return null;
        }
    }

    private static Path base() {
        String home = System.getProperty("forebay.home", "");
        return Path.of(System.getProperty("forebay.base", home)).toAbsolutePath();
    }

    @Deactivate
    void close() throws IOException {
        if (server != null) {
            server.close();
        }
    }
}
