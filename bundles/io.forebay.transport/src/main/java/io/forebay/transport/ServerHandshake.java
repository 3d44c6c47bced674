/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * The handshake of one accepted socket, and the last handler of its pipeline until a connection takes its place: what comes
 * right behind the handshake waits here. On its loop, except where it says otherwise.
 */
final class ServerHandshake extends ChannelInboundHandlerAdapter implements HandshakeLimits.Handshake {

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

    /** What becomes of it, told on its loop: first one of the first two, then the third. */
    interface Owner {
        void onPeer(TlsAccepted accepted);

        /** The socket closes; {@code reason} is a clause. */
        void onStranger(InetSocketAddress remote, String reason);

        /** It is no handshake any more. */
        void onOver(ServerHandshake handshake);
    }

    private final SocketChannel channel;
    private final InetSocketAddress remote;
    private final NettyLoop loop;
    private final TlsIdentity identity;
    private final TlsIntake.Means means;
    private final Owner owner;
    private final HelloGate gate;
    private final ArrayDeque<Object> waiting = new ArrayDeque<>();
    private SslHandler tls;
    private Loop.Timer patience;
    private boolean inputShut;
    private boolean told;
    private boolean over;

    ServerHandshake(SocketChannel channel, TlsIntake.Means means, TlsIdentity identity, Owner owner) {
        this.channel = channel;
        this.remote = channel.remoteAddress();
        this.loop = means.nextLoop().get();
        this.means = means;
        this.identity = identity;
        this.owner = owner;
        this.gate = new HelloGate(channel, loop, this::begin, this::refuse);
    }

    /** Puts the socket on the loop. Any thread. */
    void start() {
        channel.pipeline().addLast(gate, this);
        channel.closeFuture().addListener(closed -> onClosed());
        loop.eventLoop().register(channel);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        patience = loop.schedule(() -> refuse("no handshake within 5 s"), PATIENCE_NS);
    }

    private void begin() {
        tls = identity.serverHandler(channel.alloc(), means.workers());
        channel.pipeline().addAfter(channel.pipeline().context(gate).name(), null, tls);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && tls != null) {
            inputShut = true; // the socket's end, which TLS may not have come to yet
        } else if (told) {
            waiting.add(event);
        } else if (event instanceof SslHandshakeCompletionEvent end) {
            if (end.isSuccess()) {
                onPeer();
            } else {
                tell(identity.explain(end.cause()));
            }
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            refuse("it closed the connection before the handshake was over");
        }
    }

    private void onPeer() {
        told = true;
        stopWaiting();
        channel.localAddress(); // a closed socket knows it only if it was asked before
        channel.config().setAutoRead(false);
        channel.pipeline().remove(gate);
        end();
        owner.onPeer(new TlsAccepted(this, remote));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        // TLS tells of its failures by the event of its end, too; what is left is the socket's.
        if (!TlsFailure.isOfTls(failure)) {
            refuse(SocketFailure.reason(failure));
        }
    }

    /** Closes the socket without TLS's farewell, which would wait, and keep memory, until cryptography in progress is done. */
    private void refuse(String reason) {
        tell(TlsFailure.PREFIX + reason);
        ChannelHandlerContext atSocket = channel.pipeline().context(gate);
        if (atSocket != null) {
            atSocket.close();
        } else {
            channel.close();
        }
    }

    private void tell(String reason) {
        if (!told) {
            told = true;
            stopWaiting();
            owner.onStranger(remote, reason);
        }
    }

    /** The socket may have closed before it was registered. */
    private void stopWaiting() {
        if (patience != null) {
            patience.cancel();
        }
    }

    private void onClosed() {
        loop.executeOrRun(() -> {
            tell(TlsFailure.PREFIX + "it closed the connection before the handshake was over");
            end();
        });
    }

    private void end() {
        if (!over) {
            over = true;
            owner.onOver(this);
        }
    }

    @Override
    public InetAddress source() {
        return remote.getAddress();
    }

    @Override
    public void giveWay() {
        loop.executeOrRun(() -> {
            if (!over) {
                refuse("it made room for a later one, because there are too many handshakes at once");
            }
        });
    }

    // ---- after the handshake

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        waiting.add(message);
    }

    /** Closes it instead. Any thread. */
    void close() {
        loop.executeOrRun(channel::close);
    }

    /** Becomes a connection on another loop. Any thread. */
    void become(NettyLoop chosen, SocketOptions options, ConnectionHandler handler) {
        loop.executeOrRun(() -> {
            Wire wire = new TlsWire(channel, tls, identity);
            NettyConnection connection =
                    new NettyConnection(means.kind(), channel, wire, remote, loop, handler, means.registry());
            connection.options(options);
            channel.pipeline().addLast(connection);
            connection.openAt(chosen);
            ChannelHandlerContext context = channel.pipeline().context(this);
            if (context != null) {
                handOver(context);
                channel.pipeline().remove(this);
            }
        });
    }

    private void handOver(ChannelHandlerContext context) {
        while (!waiting.isEmpty()) {
            Object next = waiting.remove();
            if (next instanceof ByteBuf) {
                context.fireChannelRead(next);
            } else {
                context.fireUserEventTriggered(next);
            }
        }
        if (inputShut) {
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
    }
}
