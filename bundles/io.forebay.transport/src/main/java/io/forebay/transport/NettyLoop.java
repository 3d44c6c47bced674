/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.Loop;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of Netty's event loops. */
final class NettyLoop implements Loop {

    private static final Logger LOG = LoggerFactory.getLogger(NettyLoop.class);

    /** How much is read at once for a target that the system cannot fill itself. */
    private static final int SCRATCH_BYTES = 256 * 1024;

    private final EventLoop eventLoop;
    private ByteBuffer scratch;

    NettyLoop(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    /** Direct memory for reads that end in heap memory or nowhere; good until the next read on this loop. On the loop. */
    ByteBuffer scratch() {
        if (scratch == null) {
            scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
        }
        return scratch.clear();
    }

    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    @Override
    public long nowNs() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /** Runs a task on this loop, or, if the loop has ended, at once. */
    void executeOrRun(Runnable task) {
        try {
            execute(task);
        } catch (RejectedExecutionException ended) {
            task.run();
        }
    }

    @Override
    public Timer schedule(Runnable task, long delayNs) {
        Future<?> scheduled = eventLoop.schedule(() -> runLogged(task), Math.max(0, delayNs), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    /** A scheduled task's exception would otherwise end in a future that nobody looks at. */
    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A timer's task failed", e);
        }
    }
}
