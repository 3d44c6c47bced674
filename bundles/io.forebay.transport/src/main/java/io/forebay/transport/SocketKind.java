/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.SocketOptions;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Which of Netty's sockets are used; all of one transport are of one kind. */
enum SocketKind {
    /** Linux epoll through Netty's native library. */
    EPOLL,
    /** The JDK's selectors. */
    NIO;

    /** socket(7) does not have it, the kernel's include/uapi/asm-generic/socket.h has: SOL_SOCKET is 1. */
    static final IntegerUnixChannelOption SO_MAX_PACING_RATE =
            new IntegerUnixChannelOption("SO_MAX_PACING_RATE", 1, 47);

    /** The kernel's word for none. */
    private static final int ANY_PACE = -1;

    static SocketKind choose(boolean preferNative) {
        return preferNative && Epoll.isAvailable() ? EPOLL : NIO;
    }

    /** For operators. */
    String label() {
        return this == EPOLL ? "netty epoll" : "netty nio";
    }

    IoHandlerFactory ioHandlerFactory() {
        return this == EPOLL ? EpollQuietIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    SocketChannel newChannel() {
        return this == EPOLL ? new EpollSocketChannel() : new NioSocketChannel();
    }

    void configure(SocketChannel channel, SocketOptions options) {
        ChannelConfig config = channel.config();
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        setOptions(channel, options);
    }

    /** What is 0 or empty stays as it is. */
    void setOptions(SocketChannel channel, SocketOptions options) {
        ChannelConfig config = channel.config();
        if (options.sendBufferBytes() > 0) {
            config.setOption(ChannelOption.SO_SNDBUF, options.sendBufferBytes());
        }
        if (options.receiveBufferBytes() > 0) {
            config.setOption(ChannelOption.SO_RCVBUF, options.receiveBufferBytes());
        }
        if (this == EPOLL && options.notSentLowWaterBytes() > 0) {
            config.setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) options.notSentLowWaterBytes());
        }
        if (this == EPOLL && !options.congestion().isEmpty()) {
            TcpCongestion.set(channel, options.congestion());
        }
        if (this == EPOLL && options.paceBytesPerSecond() > 0) {
            config.setOption(SO_MAX_PACING_RATE, pace(options.paceBytesPerSecond()));
        }
    }

    private static int pace(int bytesPerSecond) {
        return bytesPerSecond == SocketOptions.UNPACED ? ANY_PACE : bytesPerSecond;
    }

    /** Prepares a socket that will be bound before it connects. */
    void configureLocal(SocketChannel channel, InetSocketAddress local) {
        if (local.getPort() != 0) {
            channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
        } else if (this == EPOLL) {
            // Leaves the port to connect(2), which can share ephemeral ports between different remotes.
            channel.config().setOption(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        }
    }

    /** The socket's pending error, once; {@code null} if there is none or it cannot be asked without reading. */
    IOException takePendingError(SocketChannel channel) {
        if (!(channel instanceof UnixChannel unix) || !(unix.fd() instanceof Socket socket) || !channel.isOpen()) {
            return null;
        }
        try {
            return socket.getSoError() == 0 ? null : new IOException("connection reset by peer");
        } catch (IOException e) {
            return e;
        }
    }
}
