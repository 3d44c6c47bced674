/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import io.forebay.shell.session.ShellSession;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the shell over SSH as soon as it is configured, and not before. */
@Component(
        configurationPid = "io.forebay.ssh",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true,
        service = {})
@Designate(ocd = RemoteShell.Configuration.class)
public final class RemoteShell {

    /** Where it listens, and who may log in. Relative paths start from Forebay's base folder. */
    @ObjectClassDefinition(
            name = "Forebay remote shell",
            description = "The shell over SSH. Whoever may log in may do everything with this Forebay.")
    public @interface Configuration {

        @AttributeDefinition(description = "The address to listen on, IP:PORT, for example 127.0.0.1:8022.")
        String listen() default "";

        @AttributeDefinition(
                required = false,
                description =
                        "The public keys that may log in, in the format of OpenSSH; nobody but its owner may write it.")
        String authorized$_$keys() default "etc/authorized_keys";

        @AttributeDefinition(
                required = false,
                description = "This server's private key; it is made, readable by its owner only, if it is not there.")
        String host$_$key() default "data/ssh_host_key";

        @AttributeDefinition(
                required = false,
                description = "How long a login may be idle until it is ended: a number with s, m or h.")
        String idle$_$timeout() default "30m";
    }

    private static final Logger LOG = LoggerFactory.getLogger(RemoteShell.class);

    private final ShellServer server;

    @Activate
    public RemoteShell(@Reference CommandProcessor processor, Configuration configuration) {
        this.server = open(processor, configuration);
    }

    /** The server; or {@code null} if it cannot be opened, without which all else works. */
    private static ShellServer open(CommandProcessor processor, Configuration configuration) {
        try {
            SshSettings settings = SshSettings.of(
                    base(),
                    configuration.listen(),
                    configuration.authorized$_$keys(),
                    configuration.host$_$key(),
                    configuration.idle$_$timeout());
            return new ShellServer(() -> new ShellSession(processor), settings, LoginLimits.DEFAULT);
        } catch (IOException e) {
            LOG.error("The remote shell is not opened: {}", e.getMessage());
            return null;
        }
    }

    private static Path base() {
        String home = System.getProperty("forebay.home", "");
        return Path.of(System.getProperty("forebay.base", home)).toAbsolutePath();
    }

    @Deactivate
    void close() {
        if (server != null) {
            server.close();
        }
    }
}
