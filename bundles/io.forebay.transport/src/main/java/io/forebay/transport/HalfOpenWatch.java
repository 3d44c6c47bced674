/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.Loop;
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
    private final Consumer<Throwable> onReset;
    private Loop.Timer timer;

    HalfOpenWatch(SocketKind kind, SocketChannel channel, Consumer<Throwable> onReset) {
        this.kind = kind;
        this.channel = channel;
        this.onReset = onReset;
    }

    /** Asks from now on until the socket closes. Once only, unless it is stopped. */
    void start(NettyLoop loop) {
        if (kind == SocketKind.EPOLL && channel.isOpen()) {
            timer = loop.schedule(() -> tick(loop), INTERVAL_NS);
        }
    }

    /** Asks no more. */
    void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }

    private void tick(NettyLoop loop) {
        check();
        start(loop);
    }

    /** Asks now. */
    void check() {
        IOException error = kind.takePendingError(channel);
        if (error != null) {
            onReset.accept(error);
        }
    }
}
