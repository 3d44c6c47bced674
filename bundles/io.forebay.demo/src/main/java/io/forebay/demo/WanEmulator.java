/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A WAN on one machine: TCP connections between two sites at a rate and with a delay, without privileges and without
 * leaving the loopback interface.
 *
 * <p>A WAN has a near and a far site. It listens for one site in place of an address of the other; each such pair of
 * addresses is dialled from one side. All connections of a WAN share one rate per direction, served in turn in small
 * pieces, so that a quiet connection (meta) does not wait for a busy one (data). The rate is that of the bytes in TCP
 * connections, without headers. FIN, half-close and reset arrive as what they are, in order and after the delay. What a
 * connection holds is bounded by bandwidth times delay and 100 ms of queue; then its sender is not read.
 *
 * <p>Two things differ from a real WAN: the dialler's connect succeeds at once, even if the target then turns out to
 * refuse (the dialler gets a reset after a round trip), and no bytes are lost.
 *
 * <p>Thread-safe. It runs daemon threads, which end with {@link #close()}.
 */
public final class WanEmulator implements AutoCloseable {
    private static final int DIAL_TIMEOUT_MS = 5_000;
    private static final int SOCKET_BUFFER_BYTES = 128 * 1024;
    private static final long JOIN_TIMEOUT_MS = 5_000;

    private final WanLane forward;
    private final WanLane backward;
    private final List<ServerSocket> listeners = new ArrayList<>();
    private final List<WanConnection> connections = new ArrayList<>();
    private final List<Socket> dialling = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private boolean closed;

    private WanEmulator(long rateBitsPerSecond, long delayNs) {
        forward = new WanLane(rateBitsPerSecond, delayNs);
        backward = new WanLane(rateBitsPerSecond, delayNs);
        runInThread("wan-forward", forward::run);
        runInThread("wan-backward", backward::run);
    }

    /**
     * Starts a WAN without any pair yet.
     *
     * @param rateBitsPerSecond of each direction, at least 1000
     * @param delayNs one way, 0 or more
     */
    public static WanEmulator start(long rateBitsPerSecond, long delayNs) {
        if (rateBitsPerSecond < 1000 || delayNs < 0) {
            throw new IllegalArgumentException("WAN cannot be emulated: rateBitsPerSecond=" + rateBitsPerSecond
                    + ", delayNs=" + delayNs + " (expected: at least 1000, not negative)");
        }
        return new WanEmulator(rateBitsPerSecond, delayNs);
    }

    /**
     * Starts a WAN with one pair, dialled from the near site.
     *
     * @param listen where the near site dials; port 0 chooses one, see {@link #dialledFromNear}
     * @param target the far site's address, dialled for each connection
     */
    public static WanEmulator start(
            InetSocketAddress listen, InetSocketAddress target, long rateBitsPerSecond, long delayNs)
            throws IOException {
        WanEmulator wan = start(rateBitsPerSecond, delayNs);
        try {
            wan.dialledFromNear(listen, target);
            return wan;
        } catch (IOException | RuntimeException e) {
            wan.close();
            throw e;
        }
    }

    /** Adds a pair that the near site dials: what the dialler sends travels forward. Returns the bound address. */
    public InetSocketAddress dialledFromNear(InetSocketAddress listen, InetSocketAddress target) throws IOException {
        return add(listen, target, forward, backward);
    }

    /** Adds a pair that the far site dials: what the dialler sends travels backward. Returns the bound address. */
    public InetSocketAddress dialledFromFar(InetSocketAddress listen, InetSocketAddress target) throws IOException {
        return add(listen, target, backward, forward);
    }

    /** Bytes that went from the near to the far site so far. */
    public long bytesForward() {
        return forward.carriedBytes();
    }

    /** Bytes that went from the far to the near site so far. */
    public long bytesBackward() {
        return backward.carriedBytes();
    }

    /**
     * Cuts the WAN, or joins it again. While cut nothing arrives and no connection ends or is made; what was under way
     * arrives afterwards, as TCP would send it again.
     */
    public void cut(boolean cut) {
        forward.cut(cut);
        backward.cut(cut);
    }

    private InetSocketAddress add(InetSocketAddress listen, InetSocketAddress target, WanLane there, WanLane back)
            throws IOException {
        requireLoopback(listen);
        requireLoopback(target);
        ServerSocket listener = new ServerSocket();
        listener.setReceiveBufferSize(SOCKET_BUFFER_BYTES);
        listener.bind(listen);
        synchronized (this) {
            if (closed) {
                listener.close();
                throw new IOException("WAN is closed: listen=" + listen);
            }
            listeners.add(listener);
        }
        runInThread("wan-accept-" + listener.getLocalPort(), () -> accept(listener, target, there, back));
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    private static void requireLoopback(InetSocketAddress address) {
        if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException(
                    "WAN emulator stays on this machine: address=" + address + " (expected: a loopback address)");
        }
    }

    private void accept(ServerSocket listener, InetSocketAddress target, WanLane there, WanLane back) {
        while (!listener.isClosed()) {
            try {
                Socket dialler = listener.accept();
                if (!runInThread("wan-dial-" + target.getPort(), () -> dial(dialler, target, there, back))) {
                    WanConnection.reset(dialler);
                }
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    LockSupport.parkNanos(1_000_000); // out of descriptors, perhaps: the next accept may do
                }
            }
        }
    }

    private void dial(Socket dialler, InetSocketAddress target, WanLane there, WanLane back) {
        Socket dialled = new Socket();
        if (!keepDialling(dialler, dialled)) {
            return;
        }
        try {
            passOnce(there);
            dialled.setSendBufferSize(SOCKET_BUFFER_BYTES);
            dialled.setReceiveBufferSize(SOCKET_BUFFER_BYTES);
            dialled.connect(target, DIAL_TIMEOUT_MS);
            dialled.setTcpNoDelay(true);
            dialler.setTcpNoDelay(true);
            dialler.setSendBufferSize(SOCKET_BUFFER_BYTES);
        } catch (IOException e) {
            passOnce(back);
            WanConnection.reset(dialled);
            WanConnection.reset(dialler);
            forgetDialling(dialler, dialled);
            return;
        }
        join(new WanConnection(dialler, dialled, there, back));
        forgetDialling(dialler, dialled);
    }

    /** What a packet of the handshake meets on its way: a cut, and the delay. */
    private static void passOnce(WanLane lane) {
        lane.lock.lock();
        try {
            lane.awaitUncut();
        } finally {
            lane.lock.unlock();
        }
        long dueNs = System.nanoTime() + lane.delayNs();
        for (long aheadNs = lane.delayNs(); aheadNs > 0; aheadNs = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(aheadNs);
        }
    }

    private void join(WanConnection connection) {
        synchronized (this) {
            if (closed) {
                connection.close();
                return;
            }
            connections.removeIf(WanConnection::isOver);
            connections.add(connection);
        }
        for (Runnable loop : connection.loops()) {
            runInThread("wan-flow", loop);
        }
    }

    private synchronized boolean keepDialling(Socket dialler, Socket dialled) {
        if (closed) {
            WanConnection.reset(dialler);
            return false;
        }
        dialling.add(dialler);
        dialling.add(dialled);
        return true;
    }

    private synchronized void forgetDialling(Socket dialler, Socket dialled) {
        dialling.remove(dialler);
        dialling.remove(dialled);
    }

    /** False if the WAN is closed: then nothing was started. */
    private boolean runInThread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        synchronized (this) {
            if (closed) {
                return false;
            }
            threads.removeIf(each -> !each.isAlive());
            thread.start();
            threads.add(thread);
            return true;
        }
    }

    /** Ends all connections and listeners and waits, a few seconds at most, for its threads. Idempotent. */
    @Override
    public void close() {
        List<Thread> ending;
        synchronized (this) {
            closed = true;
            listeners.forEach(WanEmulator::closeQuietly);
            dialling.forEach(WanConnection::reset);
            connections.forEach(WanConnection::close);
            ending = List.copyOf(threads);
        }
        forward.close();
        backward.close();
        long deadlineNs = System.nanoTime() + JOIN_TIMEOUT_MS * 1_000_000;
        for (Thread thread : ending) {
            joinUntil(thread, deadlineNs);
        }
    }

    private static void joinUntil(Thread thread, long deadlineNs) {
        try {
            thread.join(Math.max(1, (deadlineNs - System.nanoTime()) / 1_000_000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(ServerSocket listener) {
        try {
            listener.close();
        } catch (IOException e) {
            // it does not listen any more either way
        }
    }
}
