/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** A server socket of which one can wait until its port is free again. */
final class ServerSocket {

    private static final long POLL_NS = 100_000;

    private final NettyLoop loop;
    private final ServerSocketChannel channel;
    /** The JDK's socket behind it; {@code null} for epoll. */
    private final java.nio.channels.ServerSocketChannel jdkChannel;

    ServerSocket(SocketKind kind, NettyLoop loop) throws IOException {
        this.loop = loop;
        jdkChannel = kind == SocketKind.EPOLL ? null : java.nio.channels.ServerSocketChannel.open();
        channel = jdkChannel == null ? new EpollServerSocketChannel() : new NioServerSocketChannel(jdkChannel);
    }

    ServerSocketChannel channel() {
        return channel;
    }

    ChannelFuture close() {
        return channel.close();
    }

    /** Closes it and waits until it does not listen any more. Not on a loop. */
    void closeAndWait() {
        close().awaitUninterruptibly();
        if (jdkChannel == null) {
            return;
        }
        // The JDK keeps the descriptor, which still listens, until the selector has run once more.
        while (jdkChannel.isRegistered() && !loop.eventLoop().isShutdown()) {
            loop.execute(() -> {});
            LockSupport.parkNanos(POLL_NS);
        }
        if (!loop.eventLoop().isShuttingDown()) {
            loop.eventLoop().submit(() -> {}).awaitUninterruptibly();
        }
    }
}
