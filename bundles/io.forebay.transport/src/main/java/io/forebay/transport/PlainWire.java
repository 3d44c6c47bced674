/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Nothing: the socket reads into targets and writes from the caller's memory. */
final class PlainWire implements Wire {

    private final SocketKind kind;
    private final SocketChannel channel;
    private final ArrayDeque<SourceBuffer> idle = new ArrayDeque<>();

    PlainWire(SocketKind kind, SocketChannel channel) {
        this.kind = kind;
        this.channel = channel;
    }

    @Override
    public void readInto(TargetReader reader) {
        channel.config().setRecvByteBufAllocator(reader);
    }

    @Override
    public void write(ByteBuffer bytes, ChannelPromise written) {
        channel.write(SourceBuffer.of(bytes, kind == SocketKind.EPOLL, idle), written);
    }

    @Override
    public ChannelFuture shutOutput() {
        return channel.shutdownOutput();
    }

    @Override
    public void close() {
        channel.close();
    }

    @Override
    public boolean endsWithSocket() {
        return true;
    }

    @Override
    public IOException failure(InetSocketAddress remote, Throwable cause) {
        return SocketFailure.of(remote, cause);
    }
}
