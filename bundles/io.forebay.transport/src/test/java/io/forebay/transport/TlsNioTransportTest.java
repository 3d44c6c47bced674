/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.transport.Transport;
import io.forebay.testkit.TransportContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;

class TlsNioTransportTest extends TransportContract {

    private static final LeakCounter LEAKS = LeakCounter.install();
    private static final Path KEYS = TlsLoopback.keys();

    private final TlsLoopback loopback = new TlsLoopback(KEYS, false);

    @Override
    protected Transport newTransport(int loops) {
        return loopback.start(loops);
    }

    @Override
    protected void stop(Transport stopped) {
        loopback.stop(stopped);
    }

    /** What is encrypted lies elsewhere. */
    @Override
    protected boolean readsIntoTargets() {
        return false;
    }

    /** The end of one direction is answered with that of the other. */
    @Override
    protected boolean halfCloses() {
        return false;
    }

    @AfterAll
    static void noBufferLeaks() {
        System.gc();
        assertThat(LEAKS.leaks()).isZero();
    }
}
