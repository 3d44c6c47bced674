/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/**
 * Netty's epoll handler, except for sockets that want neither to read nor to write at the moment: a paused one, or one
 * that has FIN. Epoll reports hangup and reset whether asked or not, so Netty would either spin on them, or, when FIN was
 * seen as well, take the socket out of the epoll set and then (in 4.2.18) fail with ENOENT to bring it back. Here such a
 * socket stays in the set, edge-triggered: each of these things is reported once.
 */
final class EpollQuietIoHandler implements IoHandler {

    private static final int INTERESTS = EpollIoOps.EPOLLIN.value() | EpollIoOps.EPOLLOUT.value();

    private final IoHandler handler;

    private EpollQuietIoHandler(IoHandler handler) {
        this.handler = handler;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return executor -> new EpollQuietIoHandler(factory.newHandler(executor));
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Registration(handler.register(handle));
    }

    @Override
    public void initialize() {
        handler.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return handler.run(context);
    }

    @Override
    public void prepareToDestroy() {
        handler.prepareToDestroy();
    }

    @Override
    public void destroy() {
        handler.destroy();
    }

    @Override
    public void wakeup() {
        handler.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return handler.isCompatible(handleType);
    }

    /** A socket's place in the epoll set. */
    private record Registration(IoRegistration registration) implements IoRegistration {

        @Override
        public long submit(IoOps ops) {
            EpollIoOps wanted = (EpollIoOps) ops;
            boolean quiet = (wanted.value() & INTERESTS) == 0;
            return registration.submit(quiet ? wanted.with(EpollIoOps.EPOLLET) : wanted);
        }

        @Override
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
