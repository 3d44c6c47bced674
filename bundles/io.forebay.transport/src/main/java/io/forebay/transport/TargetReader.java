/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * Makes Netty read a connection into the targets its handler gives. Netty asks it for a buffer before every read, and
 * whether to go on after it.
 */
final class TargetReader implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {

    /**
     * Thrown when Netty asks for a buffer and there is none: it ends this round of reading and comes back to the
     * connection as an exception to be ignored. An empty buffer would not do: reading nothing looks like FIN.
     */
    static final RuntimeException NO_TARGET = new NoTarget();

    /** After so much on one socket the others of the loop have their turn. */
    private static final int READS_PER_TURN = 4;

    private static final int BYTES_PER_TURN = 1024 * 1024;

    private final Supplier<ByteBuffer> targets;
    private final Supplier<ByteBuffer> scratch;
    private final TargetBuffer buffer = new TargetBuffer();
    private final UncheckedBooleanSupplier filledUp = this::lastReadFilledTarget;
    /** What the handler gave last and nothing was read into yet. */
    private ByteBuffer target;

    private int reads;
    private int bytes;
    private int lastBytes;
    private int attemptedBytes;

    /** Both suppliers are asked on the connection's loop, {@code scratch} for direct memory until the next read. */
    TargetReader(Supplier<ByteBuffer> targets, Supplier<ByteBuffer> scratch) {
        this.targets = targets;
        this.scratch = scratch;
    }

    /** Whether a message is what was read into a target, rather than a buffer of some other handler. */
    boolean isTarget(Object message) {
        return message == buffer;
    }

    int land() {
        return buffer.land();
    }

    @Override
    @SuppressWarnings("deprecation") // the interface's own signature
    public Handle newHandle() {
        return this;
    }

    @Override
    public void reset(ChannelConfig config) {
        reads = 0;
        bytes = 0;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        // Asked here too: after FIN or reset was seen, Netty's epoll sockets do not ask continueReading.
        if (turnIsOver()) {
            throw NO_TARGET;
        }
        if (target == null) {
            target = targets.get();
        }
        if (target == null) {
            throw NO_TARGET;
        }
        return buffer.aim(target, target.isDirect() ? null : scratch.get());
    }

    @Override
    public boolean continueReading() {
        return continueReading(filledUp);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
        if (turnIsOver() || !maybeMore.get()) {
            return false;
        }
        target = targets.get();
        return target != null;
    }

    private boolean turnIsOver() {
        return reads >= READS_PER_TURN || bytes >= BYTES_PER_TURN;
    }

    private boolean lastReadFilledTarget() {
        return lastBytes == attemptedBytes;
    }

    @Override
    public void lastBytesRead(int read) {
        lastBytes = read;
        if (read > 0) {
            reads++;
            bytes += read;
            target = null;
        }
    }

    @Override
    public int lastBytesRead() {
        return lastBytes;
    }

    @Override
    public void attemptedBytesRead(int attempted) {
        attemptedBytes = attempted;
    }

    @Override
    public int attemptedBytesRead() {
        return attemptedBytes;
    }

    @Override
    public void incMessagesRead(int messages) {
        // Reads are counted by lastBytesRead.
    }

    @Override
    public void readComplete() {
        // The turn is over, and with it the loan of a target that nothing was read into.
        target = null;
    }

    @Override
    public int guess() {
        return BYTES_PER_TURN;
    }

    private static final class NoTarget extends RuntimeException {
        NoTarget() {
            super("no read target", null, false, false);
        }
    }
}
