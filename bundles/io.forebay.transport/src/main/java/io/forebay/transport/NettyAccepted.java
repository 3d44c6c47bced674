/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/** A socket that was accepted and is registered with no loop yet. */
final class NettyAccepted implements Accepted {

    private final SocketKind kind;
    private final SocketChannel channel;
    private final InetSocketAddress remote;
    private final NettyLoop listenersLoop;
    private final TransportMembers members;
    private final AtomicBoolean taken = new AtomicBoolean();

    NettyAccepted(SocketKind kind, SocketChannel channel, NettyLoop listenersLoop, TransportMembers members) {
        this.kind = kind;
        this.channel = channel;
        this.listenersLoop = listenersLoop;
        this.members = members;
        remote = channel.remoteAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    public void start(Loop loop, SocketOptions options, ConnectionHandler handler) {
        NettyLoop chosen = (NettyLoop) loop;
        if (!taken.compareAndSet(false, true)) {
            throw new IllegalStateException("accepted connection was started or closed before: remote="
                    + SocketFailure.text(remote) + " (expected: once)");
        }
        members.remove(this);
        try {
            kind.configure(channel, options);
        } catch (RuntimeException e) {
            channel.unsafe().closeForcibly();
            throw e;
        }
        channel.pipeline()
                .addLast(new NettyConnection(
                        kind, channel, new PlainWire(kind, channel), remote, chosen, handler, members));
        chosen.eventLoop().register(channel);
    }

    /** Gives its socket away, instead of starting it; {@code null} if it was dropped. */
    SocketChannel take() {
        if (!taken.compareAndSet(false, true)) {
            return null;
        }
        members.remove(this);
        kind.configure(channel, SocketOptions.SYSTEM);
        return channel;
    }

    @Override
    public void close() {
        if (!taken.get()) {
            // By way of a connection, because closing a socket with unread bytes would send a reset.
            start(listenersLoop, SocketOptions.SYSTEM, new ClosingHandler());
        }
    }

    /** Closes it unstarted because the transport stops, or refuses it. */
    void drop() {
        if (taken.compareAndSet(false, true)) {
            members.remove(this);
            channel.unsafe().closeForcibly();
        }
    }

    /** Closes a connection as soon as it is open. */
    private static final class ClosingHandler implements ConnectionHandler {

        @Override
        public void onOpen(Connection connection) {
            connection.close();
        }

        @Override
        public void onDialFailed(IOException cause) {
            // Nothing was dialled.
        }

        @Override
        public ByteBuffer readTarget() {
            return null;
        }

        @Override
        public void onRead(int bytes) {
            // Nothing is read after close.
        }

        @Override
        public void onFin() {
            // Closed already.
        }

        @Override
        public void onWritten(int bytes) {
            // Nothing was written.
        }

        @Override
        public void onClosed(IOException cause) {
            // That was the purpose.
        }
    }
}
