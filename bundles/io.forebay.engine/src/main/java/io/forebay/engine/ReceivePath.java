/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.transport.Loop;
import io.forebay.drbd.FrameScanner;
import io.forebay.engine.RelayMemory.Account;
import io.forebay.engine.RelayMemory.Use;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The way of a byte from the link to the local DRBD's socket: kept in the BAB and decompressed, looked at by the scanner, and
 * confirmed when DRBD has taken it. Owned by one loop.
 */
final class ReceivePath {

    private final Account account;
    private final ReceiveChain chain;
    private final FrameScanner scanner;
    private final Confirmations confirmations;
    private final Consumer<Unreadable> onUnreadable;

    /**
     * With {@code onUnreadable}, who is told that what came cannot be read, so that nothing more is delivered, and {@code
     * onConfirmed}, what to do after a confirmation that was sent later.
     */
    ReceivePath(
            Account account,
            ReceiveChain chain,
            FrameScanner scanner,
            Carrier carrier,
            Loop loop,
            RelayHealth health,
            Consumer<Unreadable> onUnreadable,
            Runnable onConfirmed) {
        this.account = account;
        this.chain = chain;
        this.scanner = scanner;
        this.confirmations = new Confirmations(chain, carrier, loop, account, health, onConfirmed);
        this.onUnreadable = onUnreadable;
    }

    /** Where links put what they read; it knows all positions. */
    ReceiveChain chain() {
        return chain;
    }

    /** Lets bytes through to the local DRBD. */
    void open() {
        try {
            chain.open();
        } catch (PeerViolation e) {
            onUnreadable.accept(Unreadable.of(e));
        }
    }

    /** Goes on where memory was missing. */
    void deliver() {
        try {
            chain.deliver();
        } catch (PeerViolation e) {
            onUnreadable.accept(Unreadable.of(e));
        }
    }

    /** These bytes go to the local DRBD now. */
    void scan(ByteBuffer bytes) {
        scanner.scan(bytes, bytes.position(), bytes.remaining());
    }

    /** The local DRBD's socket has taken so many. */
    void onWritten(int bytes) {
        try {
            chain.onWritten(bytes);
        } catch (PeerViolation e) {
            onUnreadable.accept(Unreadable.of(e));
        }
    }

    /** Confirms what is due; everything if {@code now}. */
    void confirm(boolean now) {
        confirmations.confirm(now);
    }

    /** Tells the peer how far it is, and gives it all the credit that there is. */
    void sendConfirmation() {
        confirmations.send();
    }

    long receivedPosition() {
        return chain.receivedPosition();
    }

    boolean isAllDelivered() {
        return chain.allDelivered();
    }

    /** Whether the peer knows of all that was delivered. */
    boolean isAllConfirmed() {
        return confirmations.isUpToDate();
    }

    /** What the local DRBD has not taken yet. */
    long backlogBytes() {
        return chain.receivedPosition() - chain.deliveredPosition();
    }

    /** Delivers and confirms nothing more. */
    void close() {
        confirmations.stop();
        chain.close();
    }

    /** Waits no longer for workers that do not come back. */
    void giveUpWorkers() {
        chain.giveUp();
    }

    /** Whose calls have not returned. */
    Stream<PlugIn<?>> busy() {
        return chain.busy();
    }

    /** Whether no worker uses its memory, so that it can be released. */
    boolean isIdle() {
        return chain.isIdle();
    }

    /** Returns all segments, once it is idle. */
    void release() {
        chain.clear();
    }

    ChannelStatus.Flow flow() {
        return ChannelTexts.flow(
                chain.receivedPosition(),
                chain.queuedPosition(),
                chain.deliveredPosition(),
                chain.receivedWireBytes(),
                chain.records(),
                chain.rawRecords(),
                account.heldBytes(Use.RECEIVE) + account.heldBytes(Use.PLAIN),
                0,
                scanner);
    }
}
