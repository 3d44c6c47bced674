/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Stands between the socket and TLS until the handshake is over. TLS does not begin, and takes no memory, before the whole
 * first message is here; and it ends so that the other end can read why. On the loop.
 */
final class HelloGate extends ChannelDuplexHandler {

    /** Of a TLS record: what it is, two bytes of version, two of length. */
    private static final int RECORD_HEADER_BYTES = 5;

    private static final int RECORD_BYTES_MAX = 16 * 1024;

    private static final int HANDSHAKE_RECORD = 22;

    /** What is read before the handshake is over: certificates take a few KiB, and a peer's first bytes may follow at once. */
    private static final int HANDSHAKE_BYTES_MAX = 64 * 1024;

    /** How long the other end has to read why, before the socket closes. */
    private static final long FAREWELL_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final SocketChannel channel;
    private final NettyLoop loop;
    private final Runnable onHello;
    private final Consumer<String> onStranger;
    private ByteBuf hello;
    private boolean begun;
    private boolean leaving;
    private long bytes;
    private Loop.Timer farewell;

    /**
     * @param onHello puts TLS behind this
     * @param onStranger told why what comes is no handshake; closes the connection
     */
    HelloGate(SocketChannel channel, NettyLoop loop, Runnable onHello, Consumer<String> onStranger) {
        this.channel = channel;
        this.loop = loop;
        this.onHello = onHello;
        this.onStranger = onStranger;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf part = (ByteBuf) message;
        bytes += part.readableBytes();
        if (isFull()) {
            channel.config().setAutoRead(false);
        }
        if (leaving || !part.isReadable()) {
            part.release();
        } else if (begun) {
            context.fireChannelRead(part);
        } else {
            hello = hello == null ? part : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), hello, part);
            look(context);
        }
    }

    private boolean isFull() {
        return bytes > HANDSHAKE_BYTES_MAX && !leaving;
    }

    /** TLS asks for more as long as the handshake is not over. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (!isFull()) {
            context.read();
        }
    }

    private void look(ChannelHandlerContext context) {
        int at = hello.readerIndex();
        if (hello.getUnsignedByte(at) != HANDSHAKE_RECORD) {
            onStranger.accept("what it sends is not TLS: does it have tls off, or is it no Forebay?");
            return;
        }
        if (hello.readableBytes() < RECORD_HEADER_BYTES) {
            return;
        }
        int record = hello.getUnsignedShort(at + RECORD_HEADER_BYTES - Short.BYTES);
        if (record == 0 || record > RECORD_BYTES_MAX) {
            onStranger.accept("what it sends is not TLS: a first record of " + record + " bytes");
        } else if (hello.readableBytes() >= RECORD_HEADER_BYTES + record) {
            begun = true;
            ByteBuf whole = hello;
            hello = null;
            onHello.run();
            context.fireChannelRead(whole);
        }
    }

    /** The end of TLS, or of the patience with it: after what is on its way, and with nothing unread, so that it arrives. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        release();
        if (leaving || !begun || !channel.isActive()) {
            context.close(promise);
            return;
        }
        leaving = true;
        context.flush();
        channel.shutdownOutput();
        channel.config().setAutoRead(true);
        farewell = loop.schedule(() -> context.close(promise), FAREWELL_NS);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (leaving && event == ChannelInputShutdownEvent.INSTANCE) {
            context.close();
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        release();
        if (farewell != null) {
            farewell.cancel();
        }
    }

    private void release() {
        if (hello != null) {
            hello.release();
            hello = null;
        }
    }
}
