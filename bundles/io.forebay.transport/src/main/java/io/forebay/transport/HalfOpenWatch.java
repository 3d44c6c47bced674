/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Asks an epoll socket that is not read, because it has FIN or is paused, whether it was reset: Netty does not say, until
 * the next write. On the loop.
 */
final class HalfOpenWatch {

    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final SocketKind kind;
    private final SocketChannel channel;
    private final NettyLoop loop;
    private final Consumer<Throwable> onReset;

    HalfOpenWatch(SocketKind kind, SocketChannel channel, NettyLoop loop, Consumer<Throwable> onReset) {
        this.kind = kind;
        this.channel = channel;
        this.loop = loop;
        this.onReset = onReset;
    }

    /** Asks from now on until the socket closes. Once only. */
    void start() {
        if (kind == SocketKind.EPOLL && channel.isOpen()) {
            loop.schedule(this::tick, INTERVAL_NS);
        }
    }

    private void tick() {
        check();
        start();
    }

    /** Asks now. */
    void check() {
        IOException error = kind.takePendingError(channel);
        if (error != null) {
            onReset.accept(error);
        }
    }
}
