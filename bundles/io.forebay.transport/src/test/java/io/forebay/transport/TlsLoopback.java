/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Transports with TLS whose two ends are the same site, and the plain ones that they are views of. */
final class TlsLoopback {

    private final Map<Transport, NettyTransport> plain = new ConcurrentHashMap<>();
    private final Path folder;
    private final boolean preferNative;

    TlsLoopback(Path folder, boolean preferNative) {
        this.folder = folder;
        this.preferNative = preferNative;
    }

    /** Keys to be made before anything else: the process that makes them leaves a thread behind for a minute. */
    static Path keys() {
        return Keys.FOLDER;
    }

    private static final class Keys {
        private static final Path FOLDER = make();

        private static Path make() {
            try {
                TlsSite site =
                        TlsSite.make(Files.createTempDirectory("forebay-tls").resolve("alpha"));
                return site.trust(site).folder();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    Transport start(int loops) {
        NettyTransport made = new NettyTransport(loops, preferNative, folder);
        Transport secured = made.secured().orElseThrow();
        plain.put(secured, made);
        return secured;
    }

    void stop(Transport secured) {
        plain.get(secured).stop();
    }
}
