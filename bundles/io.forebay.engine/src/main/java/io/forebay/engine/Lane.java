/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.SocketOptions;
import io.forebay.engine.Payloads.Refusal;
import java.nio.ByteBuffer;

/** One of the links beside a bridge's first: dialled again and again while it does not stand, used for data. */
final class Lane implements Link.Owner {

    private final int number;
    private final Lanes set;
    private Dialler dialler;
    private Link link;
    private boolean ended;
    private String failure = "";

    Lane(int number, Lanes set) {
        this.number = number;
        this.set = set;
    }

    int number() {
        return number;
    }

    /** Gets its link from here. */
    void dial(Dialler by) {
        dialler = by;
        dialler.begin();
    }

    /** Takes a link that the peer dialled; its hello was checked. */
    void accept(Link accepted, Hello answer) {
        accepted.owner(this);
        accepted.writeControl(RecordType.WELCOME, 0, Payloads.hello(answer));
        carry(accepted);
        accepted.flush();
    }

    /** Whether its links are dialled from here. */
    boolean isDialled() {
        return dialler != null;
    }

    private void carry(Link taken) {
        failure = "";
        link = taken;
        set.onCarrier(this, taken);
    }

    /** Whether data can be written. */
    boolean isOpen() {
        return link != null && link.isOpen();
    }

    boolean isGone() {
        return link == null && (dialler == null || dialler.isIdle());
    }

    Link link() {
        return link;
    }

    void options(SocketOptions options) {
        if (dialler != null) {
            dialler.options(options);
        }
        if (link != null) {
            link.options(options);
        }
    }

    void end(String reason) {
        ended = true;
        if (dialler != null) {
            dialler.end(reason);
        }
        if (link != null) {
            link.fail(reason);
        }
    }

    /** Leaves it to the peer to close the link, for a while. */
    void leave(String reason) {
        ended = true;
        if (dialler != null) {
            dialler.end(reason);
        }
        Link left = link;
        if (left != null) {
            left.loop().schedule(() -> left.fail(reason), Link.CLOSE_NS);
        }
    }

    @Override
    public void onLinkOpen(Link opened) {
        dialler.onOpen();
        dialler.sayHello(set.hello(number));
    }

    @Override
    public void onEarlyRecord(Link from, RecordType type, ByteBuffer memory, int offset) throws PeerViolation {
        if (dialler == null || !dialler.isNext(from)) {
            throw new PeerViolation("unexpected record: type=%s, lane=%d".formatted(type, number));
        }
        if (type == RecordType.REFUSE) {
            Refusal refusal = Payloads.readRefusal(memory, offset);
            from.fail("refused by the peer: %s: %s".formatted(refusal, Payloads.readClause(memory, offset, 1)));
        } else if (type == RecordType.WELCOME) {
            Hello hello = Payloads.readHello(memory, offset);
            dialler.welcomed(hello);
            dialler.cancelTimer();
            carry(from);
        } else {
            throw new PeerViolation("unexpected record: type=%s (expected: WELCOME)".formatted(type));
        }
    }

    @Override
    public void onDataWritten(Link on, int bytes) {
        set.onWritten(bytes);
    }

    @Override
    public void onLinkProgress() {
        set.onProgress();
    }

    @Override
    public void onLinkSilent(Link silent, String reason) {
        silent.fail(reason);
    }

    @Override
    public void onLinkHeard(Link heard) {
        // It has been given up.
    }

    @Override
    public void onLinkRoundTrip(long roundTripNs) {
        // The first link's is the line's.
    }

    @Override
    public boolean wantsRoundTrip() {
        return false;
    }

    @Override
    public void onLinkClosed(Link closed, String reason) {
        if (closed == link) {
            link = null;
            set.onCarrierGone(this, closed, reason);
        } else if (dialler != null && dialler.isNext(closed)) {
            dialler.onClosed();
            if (!ended) {
                tellFailure(reason);
                dialler.pace().onFailed();
                dialler.dialAgain(false);
            }
        }
        set.tellIfGone();
    }

    private void tellFailure(String reason) {
        if (!reason.equals(failure)) {
            failure = reason;
            set.onFailure(number, reason);
        }
    }
}
