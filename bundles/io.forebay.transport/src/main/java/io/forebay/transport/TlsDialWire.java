/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** TLS on a dialled connection, with the keys there are when it is dialled. */
record TlsDialWire(TlsIdentity identity, Executor workers) implements DialWire {

    @Override
    public Wire prepare(SocketKind kind, SocketChannel channel, Consumer<Throwable> onFailure) {
        if (!identity.isUsable()) {
            throw new IllegalStateException(TlsFailure.PREFIX + identity.problem());
        }
        SslHandler tls = identity.clientHandler(channel.alloc(), workers);
        channel.pipeline()
                .addLast(
                        tls,
                        new ClientHandshake(
                                failure -> onFailure.accept(new IOException(identity.explain(failure), failure))));
        return new TlsWire(channel, tls, identity);
    }
}
