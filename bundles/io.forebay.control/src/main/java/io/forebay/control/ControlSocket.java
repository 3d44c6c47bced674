/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import io.forebay.api.proxy.ProxyConnections;
import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.relay.Relays;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
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

/** Opens the Unix domain socket through which {@code forebay client} and {@code drbd-proxy-ctl} reach this Forebay. */
@Component(
        configurationPid = "io.forebay.control",
        immediate = true,
        service = {})
@Designate(ocd = ControlSocket.Configuration.class)
public final class ControlSocket {

    /** The version of DRBD Proxy whose commands are understood. */
    static final String PROXY_VERSION = "4.0.0";

    /** Where the socket is. */
    @ObjectClassDefinition(
            name = "Forebay control",
            description = "How forebay client and drbd-proxy-ctl reach this Forebay.")
    public @interface Configuration {

        @AttributeDefinition(
                required = false,
                description =
                        "The path of the Unix domain socket, in a folder that is closed to other users; by default"
                                + " run/control.sock in Forebay's base folder.")
        String path() default "";
    }

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);

    private final ControlServer server;

    @Activate
    public ControlSocket(
            @Reference CommandProcessor processor,
            @Reference ProxyConnections connections,
            @Reference Relays relays,
            @Reference ConfigurationAdmin admin,
            BundleContext context,
            Configuration configuration) {
        ProxyCommands commands = new ProxyCommands(
                new ProxyConnectionCommands(connections, relays),
                new ProxyListings(
                        relays,
                        line -> gogo(processor, line),
                        version(context.getBundle().getVersion())),
                new ProxyLogLevel(admin),
                () -> stop(context));
        this.server = open(processor, commands, configuration.path().strip());
    }

    private static String version(Version version) {
        return version.getMajor() + "." + version.getMinor() + "." + version.getMicro();
    }

    private static void stop(BundleContext context) {
        LOG.info("drbd-proxy-ctl shutdown: Forebay stops");
        try {
            context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).stop();
        } catch (BundleException e) {
            LOG.error("Forebay cannot be stopped: {}", e.toString());
        }
    }

    private static String gogo(CommandProcessor processor, String line) throws ProxyRefusedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CommandSession session = processor.createSession(InputStream.nullInputStream(), out, out)) {
            return session.format(session.execute(line), Converter.INSPECT).toString();
        } catch (Exception e) {
            throw new ProxyRefusedException(
                    "%s cannot be asked (%s): is the bundle io.forebay.shell started?".formatted(line, e.getMessage()));
        }
    }

    /** The server; or {@code null} if it cannot be opened, without which all else works. */
    private static ControlServer open(CommandProcessor processor, ProxyCommands commands, String path) {
        Path file = path.isEmpty() ? base().resolve("run").resolve("control.sock") : Path.of(path);
        try {
            return new ControlServer(processor, commands, file, path.isEmpty(), ControlServer.HEADER_TIMEOUT_MS);
        } catch (IOException e) {
            LOG.error("{} The control socket is not opened.", e.getMessage());
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
