/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** Who this site is to its peers, and whom it trusts, as it was at one time. Immutable. */
final class TlsIdentity {

    /** Less than any record takes: of one that leaves a rest, TLS tells only with the last of all that waits that it is written. */
    private static final int WRAP_BYTES = 15 * 1024;

    /** An operator has this long to rotate. */
    private static final Duration WARNING = Duration.ofDays(30);

    private final X509Certificate own;
    private final SslContext server;
    private final SslContext client;
    private final String problem;

    /** Without keys, for a reason. */
    TlsIdentity(String problem) {
        this.own = null;
        this.server = null;
        this.client = null;
        this.problem = problem;
    }

    /**
     * @param peers their names and certificates
     * @param peersFolder where these are from, for messages
     * @param problem what is not as it should be, although it works; may be empty
     */
    TlsIdentity(
            TlsEngine engine,
            TlsKeyFile key,
            Map<String, List<X509Certificate>> peers,
            String peersFolder,
            String problem)
            throws IOException {
        PinnedTrust trust = new PinnedTrust(peers, peersFolder);
        this.own = key.certificate();
        this.problem = problem;
        this.server = engine.configure(SslContextBuilder.forServer(key.privateKey(), own))
                .trustManager(trust)
                .clientAuth(ClientAuth.REQUIRE)
                .build();
        this.client = engine.configure(SslContextBuilder.forClient())
                .keyManager(key.privateKey(), own)
                .trustManager(trust)
                // Peers are known by their keys, whatever their addresses are.
                .endpointIdentificationAlgorithm(null)
                .build();
    }

    /** What keeps it from working, or soon will, a sentence with the remedy; empty if nothing does. */
    String problem() {
        if (own == null || !problem.isEmpty()) {
            return problem;
        }
        Instant end = own.getNotAfter().toInstant();
        Instant now = Instant.now();
        if (end.isBefore(now)) {
            return "this site's certificate has expired on %s, so no peer takes it: run forebay keygen --rotate"
                    .formatted(CertificateText.day(own.getNotAfter()));
        }
        return end.isBefore(now.plus(WARNING))
                ? "this site's certificate expires on %s: run forebay keygen --rotate before"
                        .formatted(CertificateText.day(own.getNotAfter()))
                : "";
    }

    /** Whether there is a key at all. */
    boolean isUsable() {
        return own != null;
    }

    /** The handler of a connection that came; its heavy work is the executor's. */
    SslHandler serverHandler(ByteBufAllocator allocator, Executor executor) {
        return patient(server.newHandler(allocator, executor));
    }

    /** The handler of a connection that is dialled. It names no host, so that no session is resumed with a key that has gone. */
    SslHandler clientHandler(ByteBufAllocator allocator, Executor executor) {
        return patient(client.newHandler(allocator, executor));
    }

    private static SslHandler patient(SslHandler handler) {
        handler.setHandshakeTimeoutMillis(0); // whoever has it shake hands has a timeout of his own
        handler.setWrapDataSize(WRAP_BYTES);
        return handler;
    }

    /** Why a connection with this identity failed. */
    String explain(Throwable cause) {
        return TlsFailure.text(cause, refused());
    }

    private String refused() {
        if (own.getNotAfter().toInstant().isBefore(Instant.now())) {
            return "the other end refuses this site's certificate, which has expired on %s: run forebay keygen --rotate here"
                    .formatted(CertificateText.day(own.getNotAfter()));
        }
        return ("the other end refuses this site's certificate (%s): the log there says why; if it is unknown there, copy"
                        + " what forebay keygen made here to its etc/tls/peers")
                .formatted(CertificateText.of(own));
    }
}
