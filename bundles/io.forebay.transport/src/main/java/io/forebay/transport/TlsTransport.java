/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.Listener;
import io.forebay.api.transport.ListenerHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.api.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The same sockets and loops, with TLS. Thread-safe. */
final class TlsTransport implements Transport {

    private static final long LOOK_MS = 1_000;

    /** Enough for some thousand handshakes a second; the queue is no longer than there are handshakes. */
    private static final int WORKERS = 2;

    private final NettyTransport plain;
    private final TlsEngine engine;
    private final TlsKeys keys;
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor looking;
    private final TlsIntake.Means means;
    private final AtomicInteger nextLoop = new AtomicInteger();

    TlsTransport(
            NettyTransport plain,
            TlsEngine engine,
            Path folder,
            TransportThreads threads,
            ConnectionRegistry registry) {
        this.plain = plain;
        this.engine = engine;
        keys = new TlsKeys(folder, engine);
        keys.look();
        workers = new ThreadPoolExecutor(
                WORKERS,
                WORKERS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                threads.named("forebay-handshake-"));
        workers.allowCoreThreadTimeOut(true);
        looking = new ScheduledThreadPoolExecutor(1, threads.named("forebay-keys-"));
        looking.scheduleWithFixedDelay(keys::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
        means = new TlsIntake.Means(plain.kind(), keys::identity, workers, this::nextLoop, registry);
    }

    private NettyLoop nextLoop() {
        return plain.own(loops().get(Math.floorMod(nextLoop.getAndIncrement(), loops().size())));
    }

    @Override
    public String name() {
        return plain.name() + ", " + engine.label();
    }

    @Override
    public List<Loop> loops() {
        return plain.loops();
    }

    @Override
    public String problem() {
        return keys.identity().problem();
    }

    @Override
    public Listener listen(InetSocketAddress address, Loop loop, ListenerHandler handler) throws IOException {
        return plain.listen(address, loop, new TlsIntake(means, plain.own(loop), handler));
    }

    @Override
    public Dial dial(
            InetSocketAddress local,
            InetSocketAddress remote,
            int timeoutMs,
            SocketOptions options,
            Loop loop,
            ConnectionHandler handler) {
        DialWire wire = new TlsDialWire(keys.identity(), workers);
        return plain.dial(new NettyDial.Order(local, remote, timeoutMs, options, handler, wire), loop);
    }

    void stop() {
        looking.shutdownNow();
        workers.shutdownNow();
    }
}
