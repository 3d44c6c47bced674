/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;

/** A peer's connection after its handshake, which no connection handler serves yet. */
final class TlsAccepted implements Accepted {

    private final ServerHandshake handshake;
    private final InetSocketAddress remote;
    private final AtomicBoolean taken = new AtomicBoolean();

    TlsAccepted(ServerHandshake handshake, InetSocketAddress remote) {
        this.handshake = handshake;
        this.remote = remote;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    public void start(Loop loop, SocketOptions options, ConnectionHandler handler) {
        if (!taken.compareAndSet(false, true)) {
            throw new IllegalStateException("accepted connection was started or closed before: remote="
                    + SocketFailure.text(remote) + " (expected: once)");
        }
        handshake.become((NettyLoop) loop, options, handler);
    }

    @Override
    public void close() {
        if (taken.compareAndSet(false, true)) {
            handshake.close();
        }
    }
}
