/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.systemd;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends to a Unix datagram socket. One message is one datagram of {@code KEY=value} lines (sd_notify(3)). On its loop. */
final class NotifySocket {

    private static final Logger LOG = LoggerFactory.getLogger(NotifySocket.class);

    /** The kernel chooses the name, because nobody answers. */
    private static final DomainSocketAddress UNNAMED = new DomainSocketAddress("");

    private final EpollDomainDatagramChannel channel = new EpollDomainDatagramChannel();
    private final DomainSocketAddress address;
    private boolean failing;

    /** Opens it; what fails later is logged, because the supervisor's absence is no reason to end. */
    NotifySocket(EventLoop loop, String address) {
        this.address = new DomainSocketAddress(address);
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                LOG.debug("the notification socket complains: {}", cause.toString());
            }
        });
        loop.register(channel);
        channel.bind(UNNAMED); // else Netty does not let it send
    }

    void send(String lines) {
        channel.writeAndFlush(new DomainDatagramPacket(Unpooled.copiedBuffer(lines, StandardCharsets.UTF_8), address))
                .addListener(this::sent);
    }

    private void sent(Future<?> write) {
        if (!write.isSuccess() && !failing) {
            LOG.warn(
                    "The supervisor at {} cannot be told anything ({}): it is tried again.",
                    address,
                    write.cause().toString());
        }
        failing = !write.isSuccess();
    }

    void close() {
        channel.close();
    }
}
