/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import io.forebay.api.text.AddressText;
import io.forebay.shell.session.ShellSession;
import io.forebay.ssh.ed25519.JdkEd25519Registrar;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.compression.BuiltinCompressions;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.global.KeepAliveHandler;
import org.apache.sshd.common.io.nio2.Nio2ServiceFactoryFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.channel.ChannelSessionFactory;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.apache.sshd.server.global.NoMoreSessionsHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The SSH server: public keys only; a shell and commands, and nothing else. */
final class ShellServer implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(ShellServer.class);

    private static final int WORKERS = 2;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

    private final ShellThreads threads = new ShellThreads();
    private final SshServer server;

    /**
     * Opens the port and starts to serve.
     *
     * @throws IOException if that is not possible; the message is a sentence for operators
     */
    ShellServer(Supplier<ShellSession> shells, SshSettings settings, LoginLimits limits) throws IOException {
        if (!JdkEd25519Registrar.register()) {
            LOG.warn("This Java has no Ed25519: such keys cannot log in to the remote shell.");
        }
        KeyPair hostKey = HostKey.of(settings.hostKey());
        AuthorizedKeys keys = new AuthorizedKeys(settings.authorizedKeys());
        keys.check();
        this.server = SshServer.setUpDefaultServer();
        limit(settings.idleTimeout(), limits);
        admit(hostKey, new Logins(keys, limits, server::getActiveSessions));
        serve(shells);
        bind(settings.listen());
        LOG.info(
                "The remote shell listens on {}; its host key is {}.",
                AddressText.of(address()),
                KeyUtils.getFingerPrint(hostKey.getPublic()));
    }

    private void limit(Duration idleTimeout, LoginLimits limits) {
        server.setNioWorkers(WORKERS);
        CoreModuleProperties.AUTH_TIMEOUT.set(server, limits.loginTimeout());
        CoreModuleProperties.MAX_AUTH_REQUESTS.set(server, LoginLimits.ATTEMPTS_MAX);
        CoreModuleProperties.IDLE_TIMEOUT.set(server, idleTimeout);
        // the socket's own, which would end a client that waits longer than that for a slow command
        CoreModuleProperties.NIO2_READ_TIMEOUT.set(server, Duration.ZERO);
        CoreModuleProperties.MAX_CONCURRENT_CHANNELS.set(server, LoginLimits.CHANNELS_MAX);
        CoreModuleProperties.WINDOW_SIZE.set(server, LoginLimits.WINDOW_BYTES);
        CoreModuleProperties.STOP_WAIT_TIME.set(server, STOP_TIMEOUT);
        CoreModuleProperties.SERVER_IDENTIFICATION.set(server, "Forebay");
    }

    private void admit(KeyPair hostKey, Logins logins) {
        server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
        server.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        server.setPublickeyAuthenticator(logins);
        server.setSignatureFactories(signatures());
        // no compression: a stranger could have much unpacked for little
        server.setCompressionFactories(List.of(BuiltinCompressions.none));
        server.addSessionListener(logins);
    }

    /** Those of today's OpenSSH; no SHA-1, no DSA. */
    private static List<NamedFactory<Signature>> signatures() {
        return Stream.of(
                        BuiltinSignatures.ed25519,
                        BuiltinSignatures.sk_ssh_ed25519,
                        BuiltinSignatures.nistp256,
                        BuiltinSignatures.sk_ecdsa_sha2_nistp256,
                        BuiltinSignatures.nistp384,
                        BuiltinSignatures.nistp521,
                        BuiltinSignatures.rsaSHA512,
                        BuiltinSignatures.rsaSHA256)
                .filter(BuiltinSignatures::isSupported)
                .<NamedFactory<Signature>>map(signature -> signature)
                .toList();
    }

    private void serve(Supplier<ShellSession> shells) {
        server.setIoServiceFactoryFactory(new Nio2ServiceFactoryFactory());
        server.setChannelFactories(List.of(ChannelSessionFactory.INSTANCE));
        server.setGlobalRequestHandlers(List.of(KeepAliveHandler.INSTANCE, NoMoreSessionsHandler.INSTANCE));
        server.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
        server.setSubsystemFactories(List.of());
        server.setShellFactory((ChannelSession channel) -> new ShellChannel(shells.get(), threads, null));
        server.setCommandFactory((channel, line) -> new ShellChannel(shells.get(), threads, line));
    }

    private void bind(InetSocketAddress listen) throws IOException {
        server.setHost(listen.getAddress().getHostAddress());
        server.setPort(listen.getPort());
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            close();
            Throwable cause = e;
            while (!(cause instanceof BindException) && cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new IOException(
                    "the address %s cannot be listened on (%s): free it, or configure another; then save the file again."
                            .formatted(AddressText.of(listen), cause.getMessage()),
                    e);
        }
    }

    /** Where it listens. */
    InetSocketAddress address() {
        return new InetSocketAddress(server.getHost(), server.getPort());
    }

    /** How many connections there are. */
    int connections() {
        return server.getActiveSessions().size();
    }

    /** Ends all sessions, and waits a moment for their threads. */
    @Override
    public void close() {
        try {
            if (server.isStarted()) {
                // on this thread, which may run a command of one of them
                server.getActiveSessions().forEach(session -> session.close(true));
            }
            server.stop(true);
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "The remote shell did not close as it should ({}); its port may stay busy for a while.",
                    e.toString());
        }
        threads.close();
    }
}
