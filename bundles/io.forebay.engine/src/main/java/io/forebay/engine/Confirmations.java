/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Loop;
import io.forebay.engine.RelayMemory.Account;
import java.nio.ByteBuffer;

/**
 * Tells the peer what the local DRBD has taken, and gives it credit for more: at once when a good part of the window is
 * free again, else a little later, so that many small deliveries are confirmed together. Owned by one loop.
 */
final class Confirmations {

    private static final long DELAY_NS = 10_000_000L;

    /** The same for a near peer: where hundreds of channels share a machine each one less counts, and a sender that waits for it says so. */
    private static final long NEAR_DELAY_NS = 40_000_000L;

    /** Such a part of the window is confirmed at once: what is left of it must last until the sender knows. */
    private static final int PART_OF_WINDOW = 4;

    /** The same for a near peer, where half of a window lasts for longer than a round trip, and each confirmation costs more than that. */
    private static final int PART_OF_NEAR_WINDOW = 2;

    /** So much is confirmed at once in any case: on a fast line it does not leave the sender's cache before its memory is used again. */
    private static final long MUCH_BYTES = 512 << 10;

    private final ReceiveChain receive;
    private final Carrier carrier;
    private final Loop loop;
    private final Account account;
    private final RelayHealth health;
    private final Runnable onSent;
    private final ByteBuffer credit = Payloads.creditBuffer();
    private long position;
    private int recordBytesMax;
    private boolean scheduled;
    private boolean stopped;

    /** With {@code onSent}, what to do after a confirmation that was sent later. */
    Confirmations(
            ReceiveChain receive, Carrier carrier, Loop loop, Account account, RelayHealth health, Runnable onSent) {
        this.receive = receive;
        this.carrier = carrier;
        this.loop = loop;
        this.account = account;
        this.health = health;
        this.onSent = onSent;
    }

    /** Whether the peer knows of all that was delivered. */
    boolean isUpToDate() {
        return position == receive.deliveredPosition();
    }

    /** Confirms what is due; everything if {@code now}. */
    void confirm(boolean now) {
        if (now && !isUpToDate()
                || receive.isAwaited(position)
                || isMuchDelivered()
                || isMuchCreditDue()
                || account.recordBytesMax() > recordBytesMax) {
            send();
        } else if (!isUpToDate() && !scheduled) {
            scheduled = true;
            loop.schedule(this::confirmLate, health.isNear() ? NEAR_DELAY_NS : DELAY_NS);
        }
    }

    private boolean isMuchDelivered() {
        return receive.deliveredPosition() - position >= MUCH_BYTES;
    }

    private boolean isMuchCreditDue() {
        long windowBytes = account.windowBytes();
        long dueBytes = receive.deliveredWireBytes() + windowBytes - receive.creditLimit();
        long muchBytes = windowBytes / (health.isNear() ? PART_OF_NEAR_WINDOW : PART_OF_WINDOW);
        return dueBytes >= muchBytes || dueBytes > 0 && isLackingCredit();
    }

    /** Whether the peer may have a record that waits for credit, and nothing is here that will be delivered soon. */
    private boolean isLackingCredit() {
        long leftBytes = receive.creditLimit() - receive.receivedWireBytes();
        return receive.allDelivered() && leftBytes < RecordLayout.HEADER_BYTES + account.recordBytesMax();
    }

    private void confirmLate() {
        scheduled = false;
        if (!stopped && !isUpToDate()) {
            send();
            carrier.flush();
            onSent.run();
        }
    }

    /** Sends a confirmation, and with it all credit that there is. */
    void send() {
        if (health.isNear()) {
            account.takeWholeRecords(); // a smaller window is large enough
        }
        long limit = account.grant(receive.creditLimit(), receive.deliveredWireBytes());
        int record = account.recordBytesMax();
        Payloads.putCredit(credit, limit, record);
        if (carrier.writeControl(RecordType.CONFIRM, receive.deliveredPosition(), credit)) {
            receive.creditLimit(limit);
            position = receive.deliveredPosition();
            recordBytesMax = record;
        }
    }

    /** Sends nothing any more. */
    void stop() {
        stopped = true;
    }
}
