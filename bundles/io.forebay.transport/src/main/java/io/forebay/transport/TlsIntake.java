/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.ListenerHandler;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Takes what one listener accepts, and hands on what comes out of its handshake as a peer. On the listener's loop. */
final class TlsIntake implements ListenerHandler {

    /** What all intakes of a transport share. */
    record Means(
            SocketKind kind,
            Supplier<TlsIdentity> identity,
            Executor workers,
            Supplier<NettyLoop> nextLoop,
            ConnectionRegistry registry) {}

    private final Means means;
    private final NettyLoop listenersLoop;
    private final ListenerHandler handler;
    private final HandshakeLimits limits = new HandshakeLimits();

    TlsIntake(Means means, NettyLoop listenersLoop, ListenerHandler handler) {
        this.means = means;
        this.listenersLoop = listenersLoop;
        this.handler = handler;
    }

    @Override
    public void onAccept(Accepted accepted) {
        TlsIdentity identity = means.identity().get();
        if (!identity.isUsable()) {
            refuse(accepted, identity.problem());
            return;
        }
        SocketChannel channel = ((NettyAccepted) accepted).take();
        if (channel == null) {
            return;
        }
        ServerHandshake handshake = new ServerHandshake(channel, means, identity, new Outcome());
        if (limits.begin(handshake)) {
            handshake.start();
        } else {
            channel.unsafe().closeForcibly();
            tell(accepted, "there are %d handshakes from there already".formatted(HandshakeLimits.OF_ONE_SOURCE));
        }
    }

    private void refuse(Accepted accepted, String reason) {
        ((NettyAccepted) accepted).drop();
        tell(accepted, reason);
    }

    private void tell(Accepted accepted, String reason) {
        handler.onRefused(accepted.remoteAddress(), TlsFailure.PREFIX + reason);
    }

    /** Brings what happens on the loops of the handshakes to the listener's. */
    private final class Outcome implements ServerHandshake.Owner {

        @Override
        public void onPeer(TlsAccepted accepted) {
            listenersLoop.executeOrRun(() -> handler.onAccept(accepted));
        }

        @Override
        public void onStranger(InetSocketAddress remote, String reason) {
            listenersLoop.executeOrRun(() -> handler.onRefused(remote, reason));
        }

        @Override
        public void onOver(ServerHandshake handshake) {
            limits.end(handshake);
        }
    }
}
