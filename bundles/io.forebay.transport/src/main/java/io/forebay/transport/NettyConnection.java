/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, and the last handler of its pipeline. Bytes come in as the {@link TargetReader}'s own buffer, already
 * in the target, or as any other buffer that an earlier handler of the pipeline made, which is copied.
 */
final class NettyConnection extends ChannelInboundHandlerAdapter implements Connection {

    private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);

    /** How long bytes that arrive during close are thrown away, before the socket goes and the kernel answers reset. */
    private static final long LINGER_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LINGER_STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final SocketChannel channel;
    private final NettyLoop loop;
    private final ConnectionHandler handler;
    private final ConnectionRegistry registry;
    private final TargetReader reader;
    private final WriteTally tally;
    private final HalfOpenWatch watch;
    private final ForeignBytes foreign = new ForeignBytes();
    private InetSocketAddress local;
    private InetSocketAddress remote;

    private boolean open;
    private boolean paused;
    private boolean finSeen;
    private boolean finDelivered;
    private boolean finishing;
    private boolean finSent;
    private boolean closing;
    private boolean ended;
    private boolean reportScheduled;
    private boolean discardedBytes;
    private long lingerUntilNs;
    private IOException cause;
    private final Runnable writesCompleted = this::writesCompleted;

    NettyConnection(
            SocketKind kind,
            SocketChannel channel,
            InetSocketAddress remote,
            NettyLoop loop,
            ConnectionHandler handler,
            ConnectionRegistry registry) {
        this.channel = channel;
        this.remote = remote;
        this.loop = loop;
        this.handler = handler;
        this.registry = registry;
        reader = new TargetReader(loop, this::nextTarget);
        tally = new WriteTally(channel, this::scheduleReport);
        watch = new HalfOpenWatch(kind, channel, loop, this::fail);
        channel.config().setRecvByteBufAllocator(reader);
        channel.closeFuture().addListener(closed -> executeOrRun(this::socketClosed));
    }

    // ---- life

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (open || ended) {
            return;
        }
        local = channel.localAddress();
        if (remote == null || remote.isUnresolved()) {
            remote = channel.remoteAddress();
        }
        open = registry.opened(this);
        if (open) {
            run(() -> handler.onOpen(this));
        } else {
            end(null);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        if (failure != TargetReader.NO_TARGET) {
            fail(failure);
        }
    }

    private void fail(Throwable failure) {
        // Once all is handed over and this side wants nothing more, how the other end goes is no news.
        end(closing && tally.isEmpty() ? null : SocketFailure.of(remote, failure));
    }

    private void end(IOException why) {
        if (!ended) {
            ended = true;
            cause = why;
            channel.close();
        }
    }

    private void end() {
        end(null);
    }

    /** Ends it because the transport stops. On the loop. */
    void stop() {
        end(SocketFailure.of(remote, "the transport was stopped"));
    }

    /** After Netty is done with the socket, and with what was queued. */
    private void socketClosed() {
        foreign.release();
        if (cause == null && !ended) {
            cause = SocketFailure.of(remote, tally.failure() != null ? tally.failure() : new IOException("closed"));
        }
        ended = true;
        registry.closed(this);
        if (open) {
            reportWritten();
            run(() -> handler.onClosed(cause));
        }
    }

    private void executeOrRun(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException stopped) {
            task.run();
        }
    }

    /** Calls the handler; what it throws ends this connection and nothing else. */
    private void run(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            handlerFailed(e);
        }
    }

    private void handlerFailed(Throwable failure) {
        LOG.error(
                "A connection's handler failed, so it is reset: local={}, remote={}",
                SocketFailure.text(local),
                SocketFailure.text(remote),
                failure);
        reset(new IOException(SocketFailure.text(remote) + ": its handler failed: " + failure, failure));
    }

    // ---- reading

    private ByteBuffer nextTarget() {
        if (closing) {
            return loop.scratch();
        }
        if (ended || finSeen && foreign.isEmpty()) {
            return null;
        }
        if (paused) {
            // Asked although reading is off: FIN or a reset came.
            watch.check();
            return null;
        }
        ByteBuffer target;
        try {
            target = handler.readTarget();
        } catch (RuntimeException | Error e) {
            handlerFailed(e);
            return null;
        }
        if (ended || closing) {
            return null;
        }
        if (target == null || !target.hasRemaining()) {
            paused = true;
            channel.config().setAutoRead(false);
            return null;
        }
        return target;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (reader.isTarget(message)) {
            delivered(reader.land());
        } else {
            foreign.add((ByteBuf) message);
            deliverForeign();
        }
    }

    private void delivered(int bytes) {
        if (closing) {
            discardedBytes = true;
        } else if (!ended) {
            // No lambda here: this is done per read.
            try {
                handler.onRead(bytes);
            } catch (RuntimeException | Error e) {
                handlerFailed(e);
            }
        }
    }

    private void deliverForeign() {
        while (!foreign.isEmpty() && !paused && !ended) {
            ByteBuffer target = nextTarget();
            if (target != null) {
                delivered(foreign.copyTo(target));
            }
        }
        if (foreign.isEmpty() && finSeen) {
            deliverFin();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !finSeen) {
            finSeen = true;
            channel.config().setAutoRead(false); // or NIO would report the end of the stream again and again
            deliverForeign();
        }
    }

    private void deliverFin() {
        if (finDelivered || ended) {
            return;
        }
        finDelivered = true;
        if (!closing) {
            run(handler::onFin);
            watch.start();
        }
        endIfBothShut();
    }

    @Override
    public void resumeReading() {
        if (paused && !ended && !closing) {
            paused = false;
            readOn();
        }
    }

    private void readOn() {
        deliverForeign();
        if (!paused && !ended && !finSeen) {
            channel.config().setAutoRead(true);
        }
    }

    // ---- writing

    @Override
    public void write(ByteBuffer bytes) {
        if (finishing || closing || ended || !bytes.hasRemaining()) {
            return;
        }
        tally.add(bytes.remaining());
        channel.write(Unpooled.wrappedBuffer(bytes), tally);
    }

    @Override
    public void flush() {
        if (!ended) {
            channel.flush();
        }
    }

    private void scheduleReport() {
        if (!reportScheduled) {
            reportScheduled = true;
            executeOrRun(writesCompleted);
        }
    }

    private void writesCompleted() {
        reportScheduled = false;
        reportWritten();
        proceedWhenAllIsWritten();
    }

    private void reportWritten() {
        long left = tally.takeWrittenBytes();
        while (left > 0) {
            int bytes = (int) Math.min(left, Integer.MAX_VALUE);
            left -= bytes;
            try {
                handler.onWritten(bytes);
            } catch (RuntimeException | Error e) {
                handlerFailed(e);
            }
        }
    }

    private void proceedWhenAllIsWritten() {
        if (ended || !tally.isEmpty()) {
            return;
        }
        if ((finishing || closing) && !finSent) {
            finSent = true;
            channel.shutdownOutput().addListener(shut -> {
                if (!shut.isSuccess()) {
                    fail(shut.cause());
                }
            });
            endIfBothShut();
        }
        if (closing && lingerUntilNs == 0) {
            lingerUntilNs = loop.nowNs() + LINGER_NS;
            loop.schedule(this::linger, LINGER_STEP_NS);
        }
    }

    // ---- closing

    @Override
    public void finish() {
        if (!finishing && !closing && !ended) {
            finishing = true;
            channel.flush();
            proceedWhenAllIsWritten();
        }
    }

    @Override
    public void close() {
        if (closing || ended) {
            return;
        }
        closing = true;
        paused = false;
        foreign.release();
        channel.flush();
        // Closing a socket with unread bytes sends a reset, which may overtake what the other end has not read yet.
        readOn();
        proceedWhenAllIsWritten();
    }

    private void linger() {
        if (discardedBytes && loop.nowNs() - lingerUntilNs < 0 && !ended) {
            discardedBytes = false;
            loop.schedule(this::linger, LINGER_STEP_NS);
        } else {
            end();
        }
    }

    private void endIfBothShut() {
        if (finDelivered && finSent) {
            end();
        }
    }

    @Override
    public void reset() {
        reset(null);
    }

    private void reset(IOException why) {
        if (!ended) {
            try {
                channel.config().setSoLinger(0);
            } catch (RuntimeException gone) {
                LOG.debug("A socket was gone before it could be reset: {}", SocketFailure.text(remote), gone);
            }
            end(why);
        }
    }

    // ---- facts

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public InetSocketAddress localAddress() {
        return local;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }
}
