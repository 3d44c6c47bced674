/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, and the last handler of its pipeline. Bytes come in as the {@link TargetReader}'s own buffer, already
 * in the target, or as any other buffer that an earlier handler of the pipeline made, which is copied.
 */
final class NettyConnection extends ChannelInboundHandlerAdapter implements Connection {

    private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);

    private final SocketKind kind;
    private final SocketChannel channel;
    private final Wire wire;
    private final GuardedHandler handler;
    private final ConnectionRegistry registry;
    private final TargetReader reader;
    private final WriteTally tally;
    private final HalfOpenWatch watch;
    private final ForeignBytes foreign = new ForeignBytes();
    private final Linger linger = new Linger(this::end);
    /** Read on other threads by the transport that stops. */
    private volatile NettyLoop loop;

    /** {@code null} unless it is moving. */
    private LoopMove move;

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

    /** Whether something was written since the last flush. */
    private boolean unflushed;

    private IOException cause;
    private final Runnable writesCompleted = this::writesCompleted;

    NettyConnection(
            SocketKind kind,
            SocketChannel channel,
            Wire wire,
            InetSocketAddress remote,
            NettyLoop loop,
            ConnectionHandler handler,
            ConnectionRegistry registry) {
        this.kind = kind;
        this.channel = channel;
        this.wire = wire;
        this.remote = remote;
        this.loop = loop;
        this.handler = new GuardedHandler(handler, this::handlerFailed);
        this.registry = registry;
        reader = new TargetReader(this::nextTarget, () -> this.loop.scratch());
        tally = new WriteTally(channel, this::scheduleReport);
        watch = new HalfOpenWatch(kind, channel, this::fail);
        wire.readInto(reader);
        channel.closeFuture().addListener(closed -> {
            if (move == null) { // else it hears of it where it arrives
                this.loop.executeOrRun(this::socketClosed);
            }
        });
    }

    // ---- life

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (!open && !ended) {
            open();
        }
    }

    /** Begins on another loop, although the socket's pipeline stood before; on the socket's loop. */
    void openAt(Loop other) {
        moveTo(other, this::open);
    }

    private void open() {
        local = channel.localAddress();
        if (remote == null || remote.isUnresolved()) {
            remote = channel.remoteAddress();
        }
        open = registry.opened(this);
        if (open) {
            handler.onOpen(this);
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
        end(closing && tally.isEmpty() ? null : wire.failure(remote, failure));
    }

    private void end(IOException why) {
        if (!ended) {
            ended = true;
            cause = why;
            wire.close();
        }
    }

    private void end() {
        end(null);
    }

    /** Ends it because the transport stops, now or, if it is moving, when it arrives. On the loop. */
    void stop() {
        if (move == null) {
            end(stopped());
        }
    }

    private IOException stopped() {
        return SocketFailure.of(remote, "the transport was stopped");
    }

    /** After Netty is done with the socket, and with what was queued. */
    private void socketClosed() {
        if (move != null) {
            return;
        }
        foreign.release();
        if (cause == null && !ended) {
            cause = wire.failure(remote, tally.failure() != null ? tally.failure() : new IOException("closed"));
        }
        ended = true;
        registry.closed(this);
        if (open) {
            open = false;
            handler.onWritten(tally.takeWrittenBytes());
            handler.onClosed(cause);
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
        ByteBuffer target = handler.readTarget();
        if (ended || closing || move != null) {
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
            linger.discarded();
        } else if (!ended) {
            handler.onRead(bytes);
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
        boolean socketEnded = event == ChannelInputShutdownEvent.INSTANCE;
        boolean streamEnded = socketEnded ? wire.endsWithSocket() : event == SslCloseCompletionEvent.SUCCESS;
        if (streamEnded && !finSeen) {
            finSeen = true;
            channel.config().setAutoRead(false); // or NIO would report the end of the stream again and again
            deliverForeign();
        } else if (socketEnded && !finSeen) {
            fail(new IOException("cut off: FIN without the close_notify of TLS"));
        }
    }

    private void deliverFin() {
        if (finDelivered || ended || move != null) {
            return;
        }
        finDelivered = true;
        if (!closing) {
            handler.onFin();
            watchHalfOpen();
        }
        endIfBothShut();
    }

    private void watchHalfOpen() {
        if (finDelivered && !closing && move == null) {
            watch.start(loop);
        }
    }

    @Override
    public void resumeReading() {
        if (paused && move == null && !ended && !closing) {
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

    @Override
    public void options(SocketOptions options) {
        if (ended) {
            return;
        }
        try {
            kind.setOptions(channel, options);
        } catch (RuntimeException gone) {
            LOG.debug("A socket was gone before its options could be changed: {}", SocketFailure.text(remote), gone);
        }
    }

    // ---- writing

    @Override
    public void write(ByteBuffer bytes) {
        if (finishing || closing || ended || !bytes.hasRemaining()) {
            return;
        }
        tally.add(bytes.remaining());
        unflushed = true;
        wire.write(bytes, tally);
    }

    @Override
    public void flush() {
        if (unflushed && !ended) {
            unflushed = false;
            channel.flush();
        }
    }

    private void scheduleReport() {
        if (!reportScheduled) {
            reportScheduled = true;
            loop.executeOrRun(writesCompleted);
        }
    }

    private void writesCompleted() {
        reportScheduled = false;
        if (open) {
            handler.onWritten(tally.takeWrittenBytes());
            proceedWhenAllIsWritten();
        }
    }

    private void proceedWhenAllIsWritten() {
        if (ended || !tally.isEmpty()) {
            return;
        }
        if ((finishing || closing) && !finSent) {
            finSent = true;
            wire.shutOutput().addListener(shut -> {
                if (!shut.isSuccess()) {
                    fail(shut.cause());
                }
            });
            endIfBothShut();
        }
        if (closing) {
            linger.begin(loop);
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

    // ---- moving

    @Override
    public void moveTo(Loop other, Runnable onMoved) {
        boolean writesReported = tally.isEmpty() && !reportScheduled;
        if (move != null || closing || !writesReported) {
            throw new IllegalStateException("connection cannot move: remote=" + SocketFailure.text(remote) + ", moving="
                    + (move != null) + ", closing=" + closing + ", writesReported=" + writesReported
                    + " (expected: open and still, all writes reported)");
        }
        move = new LoopMove(channel, (NettyLoop) other, onMoved);
        paused = true;
        channel.config().setAutoRead(false);
        watch.stop();
        move.begin(loop, () -> loop = move.to(), this::arrived);
    }

    private void arrived(Throwable failure) {
        Runnable onMoved = move.onMoved();
        if (registry.isStopped()) {
            end(stopped());
        } else if (failure != null) {
            end(SocketFailure.of(remote, failure));
        }
        move = null;
        paused = false;
        handler.run(onMoved);
        if (move != null) {
            return;
        }
        if (channel.closeFuture().isDone()) {
            socketClosed();
            return;
        }
        watchHalfOpen();
        channel.flush(); // what an earlier handler of the pipeline has queued: Netty forgot that it waits for room
        readOn();
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
