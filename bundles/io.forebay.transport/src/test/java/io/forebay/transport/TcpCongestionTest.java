/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.transport.SocketOptions;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Congestion controls that this system has; {@code reno} every Linux has. */
class TcpCongestionTest {

    @BeforeAll
    static void load() {
        Epoll.ensureAvailability();
    }

    @Test
    void shouldGiveASocketEachThatTheSystemAllows() throws IOException {
        String allowed = Files.readString(Path.of("/proc/sys/net/ipv4/tcp_allowed_congestion_control"));
        assertThat(allowed).contains("reno");
        for (String name : allowed.strip().split(" ")) {
            EpollSocketChannel channel = new EpollSocketChannel();
            SocketKind.EPOLL.configure(channel, new SocketOptions(0, 0, 0, name));
            assertThat(TcpCongestion.of(channel)).isEqualTo(name);
            SocketKind.EPOLL.setOptions(channel, SocketOptions.SYSTEM);
            assertThat(TcpCongestion.of(channel)).as("left as it is").isEqualTo(name);
            channel.unsafe().closeForcibly();
            assertThat(TcpCongestion.problem(SocketKind.EPOLL, name)).isEmpty();
        }
    }

    @Test
    void shouldSayWhatThereIsInsteadAndHowToGetTheOther() {
        assertThat(TcpCongestion.problem(SocketKind.EPOLL, "warp"))
                .hasValueSatisfying(words -> assertThat(words)
                        .startsWith("is not a congestion control that this system lets programs choose (")
                        .contains("reno")
                        .contains("modprobe tcp_warp"));
        assertThat(TcpCongestion.problem(SocketKind.EPOLL, "longerthananynameofone"))
                .isPresent();
    }

    @Test
    void shouldLeaveASocketAsItIsWhenTheSystemRefuses() {
        EpollSocketChannel channel = new EpollSocketChannel();
        String before = TcpCongestion.of(channel);
        SocketKind.EPOLL.configure(channel, new SocketOptions(0, 0, 0, "warp"));
        assertThat(TcpCongestion.of(channel)).isEqualTo(before);
        channel.unsafe().closeForcibly();
    }

    @Test
    void shouldSayThatNioCannotChoose() {
        assertThat(TcpCongestion.problem(SocketKind.NIO, "reno"))
                .hasValueSatisfying(words -> assertThat(words).contains("this platform has no netty epoll"));
    }
}
