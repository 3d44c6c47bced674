/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.Consumer;

/** Keeps a dialled connection from opening until its handshake is over. On the loop. */
final class ClientHandshake extends ChannelInboundHandlerAdapter {

    private final Consumer<Throwable> onFailure;

    ClientHandshake(Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        // Not yet for those behind this.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent end)) {
            context.fireUserEventTriggered(event);
        } else if (end.isSuccess()) {
            context.fireChannelActive();
            context.pipeline().remove(this);
        } else {
            onFailure.accept(end.cause());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        onFailure.accept(failure);
    }
}
