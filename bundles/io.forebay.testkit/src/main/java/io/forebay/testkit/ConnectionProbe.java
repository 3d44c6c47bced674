/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.Loop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * One end of a connection under test: writes a {@link StreamPattern}, checks that it reads one, and remembers every
 * breach of the contract of {@link ConnectionHandler} for {@link #assertFaultless}.
 */
final class ConnectionProbe implements ConnectionHandler {

    private final StreamPattern outgoing;
    private final StreamPattern incoming;
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    private Supplier<ByteBuffer> targets;
    private Runnable onOpen = () -> {};
    private Runnable onFin = () -> {};
    private IntConsumer onRead = bytes -> {};
    private IntConsumer onWritten = bytes -> {};
    private ByteBuffer target;
    private int targetPosition;

    private volatile Loop loop;
    private volatile boolean moving;
    private volatile long moves;
    private volatile Connection connection;
    private volatile long queuedBytes;
    private volatile long writtenBytes;
    private volatile long readBytes;
    private volatile boolean fin;
    private volatile boolean closed;
    private volatile IOException closeCause;
    private volatile IOException dialFailure;

    ConnectionProbe(Loop loop, StreamPattern outgoing, StreamPattern incoming) {
        this.loop = loop;
        this.outgoing = outgoing;
        this.incoming = incoming;
        ByteBuffer shared = ByteBuffer.allocateDirect(64 * 1024);
        targets = shared::clear;
    }

    // ---- script, before the connection opens or on its loop

    ConnectionProbe reading(Supplier<ByteBuffer> from) {
        targets = from;
        return this;
    }

    ConnectionProbe onOpen(Runnable action) {
        onOpen = action;
        return this;
    }

    ConnectionProbe onRead(IntConsumer action) {
        onRead = action;
        return this;
    }

    ConnectionProbe onWritten(IntConsumer action) {
        onWritten = action;
        return this;
    }

    ConnectionProbe onFin(Runnable action) {
        onFin = action;
        return this;
    }

    /** Writes the next bytes of the outgoing stream, in memory of their own. On the loop. */
    void write(int bytes, boolean direct) {
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
        write(outgoing.fill(queuedBytes, buffer));
    }

    /** Writes bytes that are the next of the outgoing stream. On the loop. */
    void write(ByteBuffer bytes) {
        int count = bytes.remaining();
        connection.write(bytes);
        bytes.position(bytes.limit()); // the buffer object is the caller's again
        queuedBytes += count;
    }

    /** Moves the connection; nothing but {@code then} may be called until it has moved. On the loop. */
    void moveTo(Loop other, Runnable then) {
        Loop left = loop;
        connection.moveTo(other, () -> {
            loop = other;
            check("onMoved once, to another turn", moving);
            moving = false;
            moves++;
            check("onMoved from " + left, connection.loop() == other);
            then.run();
        });
        moving = true;
    }

    void run(Runnable action) {
        loop.execute(action);
    }

    // ---- what happened, any thread

    Loop loop() {
        return loop;
    }

    Connection connection() {
        return connection;
    }

    boolean isOpen() {
        return connection != null;
    }

    /** How often it has moved. */
    long moves() {
        return moves;
    }

    long queuedBytes() {
        return queuedBytes;
    }

    long writtenBytes() {
        return writtenBytes;
    }

    long readBytes() {
        return readBytes;
    }

    boolean finSeen() {
        return fin;
    }

    boolean isClosed() {
        return closed;
    }

    IOException closeCause() {
        return closeCause;
    }

    IOException dialFailure() {
        return dialFailure;
    }

    void assertFaultless() {
        assertThat(faults).isEmpty();
    }

    @Override
    public String toString() {
        return "[open=" + isOpen() + ", moves=" + moves + ", queued=" + queuedBytes + ", written=" + writtenBytes
                + ", read=" + readBytes
                + ", fin=" + fin + ", closed=" + closed + ", cause=" + closeCause + ", dialFailure=" + dialFailure
                + ", faults=" + faults + "]";
    }

    // ---- handler

    @Override
    public void onOpen(Connection opened) {
        check("onOpen", !moving && connection == null && dialFailure == null);
        connection = opened;
        check("onOpen on its loop", opened.loop() == loop);
        onOpen.run();
    }

    @Override
    public void onDialFailed(IOException cause) {
        check("onDialFailed", connection == null && dialFailure == null);
        dialFailure = cause;
    }

    @Override
    public ByteBuffer readTarget() {
        // A target that was asked for before may have come back unused.
        check("readTarget", !moving && isOpen() && !fin);
        ByteBuffer next = targets.get();
        if (next != null && next.hasRemaining()) {
            target = next;
            targetPosition = next.position();
        }
        return next;
    }

    @Override
    public void onRead(int bytes) {
        check("onRead after a target", !moving && target != null && !fin);
        check("onRead within the target", bytes > 0 && bytes <= target.limit() - targetPosition);
        target.position(targetPosition);
        int matching = incoming.matching(readBytes, target, bytes);
        check("byte at position " + (readBytes + matching), matching == bytes);
        target = null;
        readBytes += bytes;
        onRead.accept(bytes);
    }

    @Override
    public void onFin() {
        check("onFin", !moving && isOpen() && !fin);
        fin = true;
        onFin.run();
    }

    @Override
    public void onWritten(int bytes) {
        check("onWritten of what was queued", !moving && bytes > 0 && writtenBytes + bytes <= queuedBytes);
        writtenBytes += bytes;
        onWritten.accept(bytes);
    }

    @Override
    public void onClosed(IOException cause) {
        check("onClosed", !moving && isOpen());
        closeCause = cause;
        closed = true;
    }

    private void check(String what, boolean right) {
        if (!right || closed || !loop.inLoop()) {
            faults.add(what + ": read=" + readBytes + ", fin=" + fin + ", closed=" + closed + ", moving=" + moving
                    + ", inLoop=" + loop.inLoop());
        }
    }
}
