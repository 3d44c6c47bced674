/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.transport.SocketOptions;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The pace that the kernel has of a socket. */
class SocketPaceTest {

    private static final int NONE = -1;

    private EpollSocketChannel channel;

    @BeforeAll
    static void load() {
        Epoll.ensureAvailability();
    }

    @BeforeEach
    void open() {
        channel = new EpollSocketChannel();
    }

    @AfterEach
    void close() {
        channel.unsafe().closeForcibly();
    }

    private int pace() {
        return channel.config().getOption(SocketKind.SO_MAX_PACING_RATE);
    }

    @Test
    void shouldBeSetAndLiftedAndLeftAsItIs() {
        SocketKind.EPOLL.configure(channel, SocketOptions.SYSTEM);
        assertThat(pace()).isEqualTo(NONE);
        SocketKind.EPOLL.setOptions(channel, SocketOptions.pace(6_250_000));
        assertThat(pace()).isEqualTo(6_250_000);
        SocketKind.EPOLL.setOptions(channel, SocketOptions.SYSTEM);
        assertThat(pace()).isEqualTo(6_250_000);
        SocketKind.EPOLL.setOptions(channel, SocketOptions.pace(SocketOptions.UNPACED));
        assertThat(pace()).isEqualTo(NONE);
    }
}
