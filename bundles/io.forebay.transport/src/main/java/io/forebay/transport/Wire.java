/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** What lies between a connection and its socket: nothing, or TLS. On the connection's loop. */
interface Wire {

    /** Has the socket read into the connection's targets, if it can. */
    void readInto(TargetReader reader);

    /** Queues what is between position and limit, from memory that stays as it is until the promise is told that it is written. */
    void write(ByteBuffer bytes, ChannelPromise written);

    /** Tells the other end that nothing more comes, after all that was written. */
    ChannelFuture shutOutput();

    /** Closes the socket at once. */
    void close();

    /** Whether the socket's FIN is the end of the stream, which else is told within it. */
    boolean endsWithSocket();

    /** What went wrong, for operators. */
    IOException failure(InetSocketAddress remote, Throwable cause);
}
