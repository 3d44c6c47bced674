/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.socket.SocketChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** A socket on its way from one loop to another, or back to its own. */
final class LoopMove {

    private final SocketChannel channel;
    private final NettyLoop to;
    private final Runnable onMoved;

    LoopMove(SocketChannel channel, NettyLoop to, Runnable onMoved) {
        this.channel = channel;
        this.to = to;
        this.onMoved = onMoved;
    }

    NettyLoop to() {
        return to;
    }

    Runnable onMoved() {
        return onMoved;
    }

    /**
     * Goes, in a later task. On the loop that it leaves.
     *
     * @param onDeparted called on that loop, which has nothing to do with the socket from then on
     * @param onArrived called on the new loop, even if the socket closed meanwhile, with what kept it from being
     *     registered there or with {@code null}
     */
    void begin(NettyLoop from, Runnable onDeparted, Consumer<Throwable> onArrived) {
        Runnable depart = () -> {
            onDeparted.run();
            cross(onArrived);
        };
        if (channel.isOpen()) {
            channel.deregister().addListener(left -> depart.run());
        } else {
            from.executeOrRun(depart); // a closed socket's futures know only the loop that it was closed on
        }
    }

    private void cross(Consumer<Throwable> onArrived) {
        try {
            to.execute(() -> enter(onArrived));
        } catch (RejectedExecutionException stopped) {
            onArrived.accept(stopped);
        }
    }

    /** Registered from the new loop itself: if that loop has ended, Netty would tell nobody. */
    private void enter(Consumer<Throwable> onArrived) {
        if (channel.isOpen()) {
            to.eventLoop().register(channel).addListener(entered -> onArrived.accept(entered.cause()));
        } else {
            onArrived.accept(null);
        }
    }
}
