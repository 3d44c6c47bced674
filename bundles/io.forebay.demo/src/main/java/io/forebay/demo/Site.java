/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** One site's Forebay while the demo runs. */
interface Site extends AutoCloseable {
    /**
     * Its addresses: where the local DRBD dials it, the local DRBD, where the peer Forebay dials it, and where it dials
     * the peer Forebay (the WAN).
     */
    record Addresses(
            InetSocketAddress inside, InetSocketAddress drbd, InetSocketAddress outside, InetSocketAddress peer) {}

    /** Starts a site; {@code base} is a folder of its own, which exists. */
    interface Launcher {
        Site launch(String name, Path base, Addresses addresses) throws IOException;
    }

    /** Waits until it relays; fails with a sentence if it ends or takes too long. */
    void awaitReady() throws IOException, InterruptedException;

    /** Fails, with the end of its log, if it has ended by itself, and with its words if it does not relay as configured. */
    void requireRunning() throws IOException;

    @Override
    void close();
}
