/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.transport.Transport;
import io.forebay.testkit.TransportContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class NettyEpollTransportTest extends TransportContract {

    private static final LeakCounter LEAKS = LeakCounter.install();

    @Override
    protected Transport newTransport(int loops) {
        return new NettyTransport(loops, true);
    }

    @Override
    protected void stop(Transport stopped) {
        ((NettyTransport) stopped).stop();
    }

    @Test
    void shouldSayWhatItRunsOn() {
        NettyTransport transport = new NettyTransport(0, true);
        assertThat(transport.name()).isEqualTo("netty epoll");
        assertThat(transport.loops()).hasSizeGreaterThanOrEqualTo(2);
        transport.stop();
    }

    @AfterAll
    static void noBufferLeaks() {
        System.gc();
        assertThat(LEAKS.leaks()).isZero();
    }
}
