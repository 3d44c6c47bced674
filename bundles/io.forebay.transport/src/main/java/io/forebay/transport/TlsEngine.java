/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.List;

/** Whose TLS is used; all of one transport is of one kind. */
enum TlsEngine {
    /** BoringSSL through Netty's native library: an order of magnitude faster in a virtual machine that compiles little. */
    NATIVE(SslProvider.OPENSSL),
    /** The Java runtime's. */
    JDK(SslProvider.JDK);

    private static final List<String> PROTOCOLS = List.of("TLSv1.3");

    private static final List<String> CIPHERS =
            List.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256");

    private final SslProvider provider;

    TlsEngine(SslProvider provider) {
        this.provider = provider;
    }

    static TlsEngine choose(boolean preferNative) {
        return preferNative && OpenSsl.isAvailable() && SslProvider.isTlsv13Supported(SslProvider.OPENSSL)
                ? NATIVE
                : JDK;
    }

    /** For operators. */
    String label() {
        return this == NATIVE ? "tls native" : "tls jdk";
    }

    SslContextBuilder configure(SslContextBuilder builder) {
        return builder.sslProvider(provider).protocols(PROTOCOLS).ciphers(CIPHERS);
    }
}
