/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * TLS: what is read is copied out of the buffers that {@link SslHandler} decrypts into, what is written is encrypted out of
 * the caller's memory, and counts as written when the system has the encrypted form.
 */
final class TlsWire implements Wire {

    /** TLS encrypts all that it has before it lets any of it go: so it is given no more than this at once. */
    private static final int FLUSH_BYTES = 256 * 1024;

    private final SocketChannel channel;
    private final SslHandler tls;
    private final TlsIdentity identity;
    private int unflushedBytes;

    TlsWire(SocketChannel channel, SslHandler tls, TlsIdentity identity) {
        this.channel = channel;
        this.tls = tls;
        this.identity = identity;
    }

    @Override
    public void readInto(TargetReader reader) {
        // Encrypted bytes have no place in a target.
    }

    /** Not a {@link SourceBuffer}: TLS takes slices of it and counts their references. */
    @Override
    public void write(ByteBuffer bytes, ChannelPromise written) {
        unflushedBytes += bytes.remaining();
        channel.write(Unpooled.wrappedBuffer(bytes), written);
        if (unflushedBytes >= FLUSH_BYTES) {
            unflushedBytes = 0;
            channel.flush();
        }
    }

    @Override
    public ChannelFuture shutOutput() {
        ChannelPromise shut = channel.newPromise();
        tls.closeOutbound().addListener(told -> channel.shutdownOutput(shut));
        return shut;
    }

    /** By way of the head of the pipeline: TLS would first wait for what it has queued. */
    @Override
    public void close() {
        channel.unsafe().close(channel.voidPromise());
    }

    @Override
    public boolean endsWithSocket() {
        return false;
    }

    @Override
    public IOException failure(InetSocketAddress remote, Throwable cause) {
        return TlsFailure.isOfTls(cause)
                ? SocketFailure.of(remote, identity.explain(cause))
                : SocketFailure.of(remote, cause);
    }
}
