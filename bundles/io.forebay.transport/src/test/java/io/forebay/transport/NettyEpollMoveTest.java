/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.transport.Transport;
import io.forebay.testkit.ConnectionMoveContract;
import org.junit.jupiter.api.AfterAll;

class NettyEpollMoveTest extends ConnectionMoveContract {

    private static final LeakCounter LEAKS = LeakCounter.install();

    @Override
    protected Transport newTransport(int loops) {
        return new NettyTransport(loops, true);
    }

    @Override
    protected void stop(Transport stopped) {
        ((NettyTransport) stopped).stop();
    }

    @AfterAll
    static void noBufferLeaks() {
        System.gc();
        assertThat(LEAKS.leaks()).isZero();
    }
}
