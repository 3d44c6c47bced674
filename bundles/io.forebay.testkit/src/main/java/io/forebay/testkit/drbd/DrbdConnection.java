/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit.drbd;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Both ends of one connection of two stand-in nodes: node a dials data, node b dials meta. Once all four sockets stand, both
 * nodes write, and ping each other, until {@link #finish} or until something fails, which ends all.
 */
final class DrbdConnection {

    private static final int DIAL_MS = 2_000;
    private static final int FIRST_PACKET_MS = 2_000;
    private static final int READ_BUFFER_BYTES = 64 << 10;

    private final WriteStream fromA;
    private final WriteStream fromB;
    private final AtomicLong pings;
    private final List<Socket> sockets = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean finishing;
    private volatile Exception failure;

    private interface Task {
        void run() throws IOException;
    }

    DrbdConnection(WriteStream fromA, WriteStream fromB, AtomicLong pings) {
        this.fromA = fromA;
        this.fromB = fromB;
        this.pings = pings;
    }

    /** Makes the sockets and begins; after an exception nothing of it is left. */
    void open(DrbdPair.Node a, ServerSocket listenerA, DrbdPair.Node b, ServerSocket listenerB) throws IOException {
        try {
            dropStale(listenerA);
            dropStale(listenerB);
            Socket dataA = dial(a, StandInPacket.INITIAL_DATA);
            Socket metaB = dial(b, StandInPacket.INITIAL_META);
            Socket dataB = accept(listenerB);
            Socket metaA = accept(listenerA);
            DataInputStream inA = in(dataA);
            DataInputStream inB = in(dataB);
            DataInputStream metaInA = in(metaA);
            StandInPacket.expect80(inB, StandInPacket.INITIAL_DATA);
            StandInPacket.expect80(metaInA, StandInPacket.INITIAL_META);
            dataA.getOutputStream().write(StandInPacket.features());
            StandInPacket.expect80(inB, StandInPacket.FEATURES);
            dataB.getOutputStream().write(StandInPacket.features());
            StandInPacket.expect80(inA, StandInPacket.FEATURES);
            for (Socket socket : sockets) {
                socket.setSoTimeout(0);
            }
            begin("write-a", () -> fromA.write(dataA.getOutputStream(), this::isGoingOn));
            begin("write-b", () -> fromB.write(dataB.getOutputStream(), this::isGoingOn));
            begin("check-b", () -> fromA.check(inB));
            begin("check-a", () -> fromB.check(inA));
            beginPings("a", metaA, metaInA);
            beginPings("b", metaB, in(metaB));
        } catch (IOException e) {
            end(e);
            join();
            throw e;
        }
    }

    private static void dropStale(ServerSocket listener) throws IOException {
        listener.setSoTimeout(1);
        while (true) {
            try {
                listener.accept().close();
            } catch (SocketTimeoutException none) {
                return;
            }
        }
    }

    private Socket dial(DrbdPair.Node node, int command) throws IOException {
        Socket socket = keep(new Socket());
        socket.connect(node.inside(), DIAL_MS);
        socket.getOutputStream().write(StandInPacket.initial(command));
        return socket;
    }

    private Socket accept(ServerSocket listener) throws IOException {
        listener.setSoTimeout(FIRST_PACKET_MS);
        return keep(listener.accept());
    }

    private Socket keep(Socket socket) throws IOException {
        sockets.add(socket);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(FIRST_PACKET_MS);
        return socket;
    }

    private static DataInputStream in(Socket socket) throws IOException {
        return new DataInputStream(new BufferedInputStream(socket.getInputStream(), READ_BUFFER_BYTES));
    }

    private void beginPings(String node, Socket meta, DataInputStream in) throws IOException {
        PingWatch watch = new PingWatch(meta.getOutputStream(), pings);
        begin("ping-" + node, () -> watch.ping(() -> over.getCount() > 0));
        begin("meta-" + node, () -> watch.read(in));
    }

    private void begin(String name, Task task) {
        Thread thread = new Thread(() -> run(name, task), "drbd-" + name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void run(String name, Task task) {
        try {
            task.run();
            if (isGoingOn()) {
                end(new IOException("stream of " + name + " ended"));
            }
        } catch (WrongBytes e) {
            end(e);
        } catch (IOException e) {
            end(new IOException(name + ": " + e, e));
        }
    }

    private boolean isGoingOn() {
        return !finishing && over.getCount() > 0;
    }

    private synchronized void end(Exception why) {
        if (over.getCount() == 0) {
            return;
        }
        failure = why;
        over.countDown();
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                // nothing is left to be done with it
            }
        }
    }

    /** No more writes; what was written still arrives. Ends when it has, or at the deadline. */
    void finish(long deadlineNs) throws InterruptedException {
        finishing = true;
        while (over.getCount() > 0 && !isSettled() && System.nanoTime() - deadlineNs < 0) {
            over.await(PingWatch.TICK_NS, TimeUnit.NANOSECONDS);
        }
        end(isSettled() ? null : new IOException("bytes lack at the deadline: " + this));
        join();
    }

    private boolean isSettled() {
        return threads.stream()
                        .filter(thread -> thread.getName().startsWith("drbd-write"))
                        .noneMatch(Thread::isAlive)
                && fromA.checkedBytes() == fromA.sentBytes()
                && fromB.checkedBytes() == fromB.sentBytes();
    }

    /** Waits for its end. */
    void await() throws InterruptedException {
        over.await();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void join() {
        try {
            await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it at once. */
    void close() {
        end(new IOException("closed"));
    }

    /** Why it ended; {@code null} if in good order, or not yet. */
    Exception failure() {
        return failure;
    }

    long checkedBytes() {
        return fromA.checkedBytes() + fromB.checkedBytes();
    }

    @Override
    public String toString() {
        return "sent by a %d, at b %d, sent by b %d, at a %d"
                .formatted(fromA.sentBytes(), fromA.checkedBytes(), fromB.sentBytes(), fromB.checkedBytes());
    }
}
