/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A dial on its way: resolves the name, then tries its addresses one after the other within one timeout. On its loop. */
final class NettyDial implements Dial, ConnectionRegistry {

    private static final Logger LOG = LoggerFactory.getLogger(NettyDial.class);

    /** Whom to dial and how. */
    record Order(
            InetSocketAddress local,
            InetSocketAddress remote,
            int timeoutMs,
            SocketOptions options,
            ConnectionHandler handler,
            DialWire wire) {}

    private final SocketKind kind;
    private final NettyLoop loop;
    private final Order order;
    private final Executor resolver;
    private final NameLookup names;
    private final TransportMembers members;
    private final Deque<InetAddress> candidates = new ArrayDeque<>();
    private Loop.Timer timer;
    private SocketChannel channel;
    private boolean over;

    NettyDial(
            SocketKind kind,
            NettyLoop loop,
            Order order,
            Executor resolver,
            NameLookup names,
            TransportMembers members) {
        this.kind = kind;
        this.loop = loop;
        this.order = order;
        this.resolver = resolver;
        this.names = names;
        this.members = members;
    }

    void start() {
        if (over) {
            return;
        }
        if (!members.add(this)) {
            fail(SocketFailure.of(order.remote, "the transport was stopped"));
            return;
        }
        timer = loop.schedule(
                () -> fail(SocketFailure.of(order.remote, "timed out after " + order.timeoutMs + " ms")),
                TimeUnit.MILLISECONDS.toNanos(order.timeoutMs));
        if (order.remote.isUnresolved()) {
            resolve();
        } else {
            candidates.add(order.remote.getAddress());
            tryNext(null);
        }
    }

    private void resolve() {
        try {
            resolver.execute(() -> {
                try {
                    InetAddress[] addresses = names.addresses(order.remote.getHostString());
                    answer(() -> resolved(addresses));
                } catch (UnknownHostException e) {
                    answer(() -> fail(SocketFailure.of(order.remote, e)));
                }
            });
        } catch (RejectedExecutionException stopped) {
            fail(SocketFailure.of(order.remote, "the transport was stopped"));
        }
    }

    private void answer(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("A name was resolved after the transport had stopped: {}", order.remote.getHostString());
        }
    }

    private void resolved(InetAddress[] addresses) {
        Class<?> family = order.local == null || order.local.getAddress().isAnyLocalAddress()
                ? InetAddress.class
                : order.local.getAddress().getClass();
        for (InetAddress address : addresses) {
            if (family.isInstance(address)) {
                candidates.add(address);
            }
        }
        tryNext(new IOException("no address of the family of " + SocketFailure.text(order.local)));
    }

    private void tryNext(Throwable lastFailure) {
        if (over) {
            return;
        }
        InetAddress address = candidates.poll();
        if (address == null) {
            fail(SocketFailure.of(order.remote, lastFailure));
            return;
        }
        try {
            connect(new InetSocketAddress(address, order.remote.getPort()));
        } catch (RuntimeException e) {
            tryAnother(e);
        }
    }

    private void connect(InetSocketAddress remote) {
        channel = kind.newChannel();
        loop.eventLoop().register(channel);
        SocketChannel tried = channel;
        Wire wire = order.wire.prepare(kind, tried, failure -> {
            if (tried == channel) {
                tryAnother(failure);
            }
        });
        channel.pipeline().addLast(new NettyConnection(kind, channel, wire, remote, loop, order.handler, this));
        kind.configure(channel, order.options);
        channel.config().setConnectTimeoutMillis(0); // one timer covers all attempts
        if (order.local != null) {
            kind.configureLocal(channel, order.local);
        }
        ChannelFuture connected = order.local == null ? channel.connect(remote) : channel.connect(remote, order.local);
        connected.addListener(attempt -> {
            if (!attempt.isSuccess()) {
                tryAnother(attempt.cause());
            }
        });
    }

    private void tryAnother(Throwable failure) {
        if (!over) {
            if (channel != null) {
                channel.close();
            }
            tryNext(failure);
        }
    }

    boolean isOn(Loop other) {
        return loop == other;
    }

    /** Fails a dial because the transport stops. */
    void stop() {
        fail(SocketFailure.of(order.remote, "the transport was stopped"));
    }

    private void fail(IOException cause) {
        if (finish()) {
            try {
                order.handler.onDialFailed(cause);
            } catch (RuntimeException | Error e) {
                LOG.error("A dial's handler failed: remote={}", SocketFailure.text(order.remote), e);
            }
        }
    }

    @Override
    public void cancel() {
        finish();
    }

    /** Ends the dial without a connection; {@code false} if it was over before. */
    private boolean finish() {
        if (over) {
            return false;
        }
        settle();
        if (channel != null) {
            channel.close();
        }
        return true;
    }

    private void settle() {
        over = true;
        members.remove(this);
        if (timer != null) {
            timer.cancel();
        }
    }

    @Override
    public boolean opened(NettyConnection connection) {
        if (over) {
            return false;
        }
        if (!members.opened(connection)) {
            stop();
            return false;
        }
        settle();
        return true;
    }

    @Override
    public void closed(NettyConnection connection) {
        members.closed(connection);
    }

    @Override
    public boolean isStopped() {
        return members.isStopped();
    }
}
