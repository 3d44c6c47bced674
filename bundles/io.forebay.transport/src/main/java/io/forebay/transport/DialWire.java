/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.socket.SocketChannel;
import java.util.function.Consumer;

/** What a dialled connection is to have between it and its socket. */
interface DialWire {

    DialWire PLAIN = (kind, channel, onFailure) -> new PlainWire(kind, channel);

    /**
     * Puts into the new socket's pipeline what must be there before the connection, which opens only when that lets it.
     *
     * @param onFailure called on the loop if the connection will not open although the socket did
     * @throws IllegalStateException with a clause, if there is no way to have it
     */
    Wire prepare(SocketKind kind, SocketChannel channel, Consumer<Throwable> onFailure);
}
