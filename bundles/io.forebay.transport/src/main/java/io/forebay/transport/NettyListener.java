/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.Listener;
import io.forebay.api.transport.ListenerHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening socket, and the only handler of its pipeline. */
final class NettyListener extends ChannelInboundHandlerAdapter implements Listener {

    private static final Logger LOG = LoggerFactory.getLogger(NettyListener.class);

    private static final int BACKLOG = 4096;

    /** After a failed accept: without a pause, a process out of descriptors would fail again at once, for ever. */
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);

    private final SocketKind kind;
    private final ServerSocket socket;
    private final ServerSocketChannel channel;
    private final NettyLoop loop;
    private final ListenerHandler handler;
    private final TransportMembers members;
    private final BooleanSupplier onAnyLoop;
    private InetSocketAddress address;

    NettyListener(
            SocketKind kind,
            NettyLoop loop,
            ListenerHandler handler,
            TransportMembers members,
            BooleanSupplier onAnyLoop)
            throws IOException {
        this.kind = kind;
        this.loop = loop;
        this.handler = handler;
        this.members = members;
        this.onAnyLoop = onAnyLoop;
        socket = new ServerSocket(kind, loop);
        channel = socket.channel();
        channel.pipeline().addLast(this);
    }

    void bind(InetSocketAddress wanted) throws IOException {
        channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
        channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        ChannelFuture step = loop.eventLoop().register(channel).awaitUninterruptibly();
        if (step.isSuccess()) {
            step = channel.bind(wanted).awaitUninterruptibly();
        }
        if (!step.isSuccess()) {
            channel.close();
            throw new IOException(
                    "cannot listen at " + SocketFailure.of(wanted, step.cause()).getMessage(), step.cause());
        }
        address = channel.localAddress();
        if (!members.add(this)) {
            close();
            throw SocketFailure.of(wanted, "the transport was stopped");
        }
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        NettyAccepted accepted = new NettyAccepted(kind, (SocketChannel) message, loop, members);
        if (!members.add(accepted)) {
            accepted.drop();
            return;
        }
        try {
            handler.onAccept(accepted);
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "A listener's handler failed, so the connection is closed: local={}, remote={}",
                    SocketFailure.text(address),
                    SocketFailure.text(accepted.remoteAddress()),
                    e);
            accepted.drop();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        LOG.warn("Accepting failed, next try in 1 s: local={}", SocketFailure.text(address), failure);
        channel.config().setAutoRead(false);
        loop.schedule(() -> channel.config().setAutoRead(true), RETRY_NS);
    }

    @Override
    public void close() {
        members.remove(this);
        if (onAnyLoop.getAsBoolean()) {
            socket.close();
        } else {
            socket.closeAndWait();
        }
    }
}
