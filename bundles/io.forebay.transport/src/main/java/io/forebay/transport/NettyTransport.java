/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Dial;
import io.forebay.api.transport.Listener;
import io.forebay.api.transport.ListenerHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.api.transport.Transport;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TCP on Netty: Linux epoll where its native library loads, else the JDK's selectors. */
@Component(configurationPid = "io.forebay.transport")
@Designate(ocd = NettyTransport.Config.class)
public final class NettyTransport implements Transport {

    /** How the transport is set up. */
    @ObjectClassDefinition(name = "Forebay transport", description = "Sockets and the threads that serve them.")
    public @interface Config {

        /** How many threads serve connections; 0 takes one per core, and one more for what must not wait behind data. */
        @AttributeDefinition(
                name = "Loops",
                description = "Threads that serve connections; 0: one per core, and one more.",
                min = "0",
                max = "256")
        int loops() default 0;

        /** Whether to use epoll where it is available. */
        @AttributeDefinition(
                name = "Native",
                description = "Prefer Linux epoll and BoringSSL to the JDK's selectors and TLS.")
        boolean native$() default true;

        /** Where the keys of TLS are. */
        @AttributeDefinition(
                name = "TLS folder",
                description =
                        "The folder with this site's key and its peers' certificates; empty for etc/tls of the base.",
                required = false)
        String tls_folder() default "";
    }

    private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

    private static final long STOP_TIMEOUT_MS = 10_000;

    private static final int RESOLVER_THREADS = 2;

    private final SocketKind kind;
    private final TransportThreads threads = new TransportThreads();
    private final MultiThreadIoEventLoopGroup group;
    private final List<Loop> loops;
    private final ThreadPoolExecutor resolver;
    private final NameLookup names;
    private final TransportMembers members = new TransportMembers();
    private final boolean preferNative;
    private final Path tlsFolder;
    /** Made when it is first asked for; guarded by this. */
    private TlsTransport tls;

    @Activate
    public NettyTransport(Config config) {
        this(config.loops(), config.native$(), tlsFolder(config.tls_folder().strip()));
    }

    /** Without OSGi, and with the keys of TLS where they are by default. */
    public NettyTransport(int loopCount, boolean preferNative) {
        this(loopCount, preferNative, tlsFolder(""));
    }

    /**
     * Without OSGi.
     *
     * @param loopCount as {@link Config#loops}
     * @param preferNative as {@link Config#native$}
     * @param tlsFolder as {@link Config#tls_folder}
     */
    public NettyTransport(int loopCount, boolean preferNative, Path tlsFolder) {
        this(loopCount, preferNative, tlsFolder, InetAddress::getAllByName);
    }

    /** With who is asked for the addresses of a host at each dial. */
    NettyTransport(int loopCount, boolean preferNative, Path tlsFolder, NameLookup names) {
        this.preferNative = preferNative;
        this.tlsFolder = tlsFolder;
        this.names = names;
        kind = SocketKind.choose(preferNative);
        // The engine keeps one free of data.
        int count = loopCount > 0 ? loopCount : Runtime.getRuntime().availableProcessors() + 1;
        group = new MultiThreadIoEventLoopGroup(count, threads.named("forebay-loop-"), kind.ioHandlerFactory());
        List<Loop> made = new ArrayList<>(count);
        for (EventExecutor executor : group) {
            made.add(new NettyLoop((EventLoop) executor));
        }
        loops = List.copyOf(made);
        resolver = new ThreadPoolExecutor(
                RESOLVER_THREADS,
                RESOLVER_THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                threads.named("forebay-resolver-"));
        resolver.allowCoreThreadTimeOut(true);
    }

    private static Path tlsFolder(String configured) {
        return configured.isEmpty()
                ? Path.of(System.getProperty("forebay.base", ""), "etc", "tls")
                : Path.of(configured);
    }

    @Override
    public String name() {
        return kind.label();
    }

    @Override
    public Optional<String> congestionProblem(String congestion) {
        return TcpCongestion.problem(kind, congestion);
    }

    @Override
    public List<Loop> loops() {
        return loops;
    }

    @Override
    public Listener listen(InetSocketAddress address, Loop loop, ListenerHandler handler) throws IOException {
        if (address.isUnresolved()) {
            throw new IOException("cannot listen at " + SocketFailure.text(address) + ": unknown host");
        }
        NettyListener listener = new NettyListener(kind, own(loop), handler, members, this::onAnyLoop);
        listener.bind(address);
        return listener;
    }

    @Override
    public Dial dial(
            InetSocketAddress local,
            InetSocketAddress remote,
            int timeoutMs,
            SocketOptions options,
            Loop loop,
            ConnectionHandler handler) {
        return dial(new NettyDial.Order(local, remote, timeoutMs, options, handler, DialWire.PLAIN), loop);
    }

    Dial dial(NettyDial.Order order, Loop loop) {
        NettyDial dial = new NettyDial(kind, own(loop), order, resolver, names, members);
        loop.execute(dial::start);
        return dial;
    }

    SocketKind kind() {
        return kind;
    }

    NettyLoop own(Loop loop) {
        if (!loops.contains(loop)) {
            throw new IllegalArgumentException(
                    "loop of another transport: loop=" + loop + " (expected: one of loops())");
        }
        return (NettyLoop) loop;
    }

    private boolean onAnyLoop() {
        for (Loop loop : loops) {
            if (loop.inLoop()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public synchronized Optional<Transport> secured() {
        if (tls == null) {
            tls = new TlsTransport(this, tlsEngine(), tlsFolder, threads, members);
        }
        return Optional.of(tls);
    }

    private TlsEngine tlsEngine() {
        TlsEngine engine = TlsEngine.choose(preferNative);
        LOG.info("TLS on links is {}", engine.label());
        return engine;
    }

    private synchronized void stopTls() {
        if (tls != null) {
            tls.stop();
        }
    }

    /** Closes all listeners and connections, whose handlers hear of it, and ends the threads. */
    @Deactivate
    public void stop() {
        if (group.isShuttingDown()) {
            return;
        }
        members.stop();
        members.listeners().forEach(NettyListener::close);
        members.accepted().forEach(NettyAccepted::drop);
        // A loop that is shutting down closes its sockets itself, before its tasks, and says no reason.
        endAll();
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_TIMEOUT_MS);
        while (!onAnyLoop() && members.hasConnections() && System.nanoTime() - deadlineNs < 0) {
            endAll(); // a connection was moving from loop to loop
        }
        resolver.shutdownNow();
        stopTls();
        group.shutdownGracefully(0, STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        threads.join(STOP_TIMEOUT_MS);
    }

    /** Has every loop end what it serves, and waits until all have, unless this is called on a loop. */
    private void endAll() {
        List<Future<?>> ends = new ArrayList<>();
        for (Loop loop : loops) {
            ends.add(own(loop).eventLoop().submit(() -> endAllOn(loop)));
        }
        if (!onAnyLoop()) {
            ends.forEach(end -> end.awaitUninterruptibly(STOP_TIMEOUT_MS));
        }
    }

    private void endAllOn(Loop loop) {
        members.dials().stream().filter(dial -> dial.isOn(loop)).forEach(NettyDial::stop);
        members.connections().stream()
                .filter(connection -> connection.loop() == loop)
                .forEach(NettyConnection::stop);
    }
}
