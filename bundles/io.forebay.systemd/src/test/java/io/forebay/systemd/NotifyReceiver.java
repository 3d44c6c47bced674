/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.systemd;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The supervisor's end: a Unix datagram socket of the kernel. */
final class NotifyReceiver implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 10;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final LinkedBlockingQueue<String> received = new LinkedBlockingQueue<>();

    NotifyReceiver(String address) {
        EpollDomainDatagramChannel channel = new EpollDomainDatagramChannel();
        channel.pipeline().addLast(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                received.add(packet.content().toString(StandardCharsets.UTF_8));
            }
        });
        group.register(channel).syncUninterruptibly();
        channel.bind(new DomainSocketAddress(address)).syncUninterruptibly();
    }

    /** All that came up to and with this one. */
    List<String> upTo(String last) throws InterruptedException {
        List<String> all = new ArrayList<>();
        do {
            String next = received.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("never received: " + last + "; received: " + all);
            }
            all.add(next);
        } while (!all.get(all.size() - 1).equals(last));
        return all;
    }

    /** All that has come and was not taken. */
    List<String> rest() {
        List<String> all = new ArrayList<>();
        received.drainTo(all);
        return all;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
