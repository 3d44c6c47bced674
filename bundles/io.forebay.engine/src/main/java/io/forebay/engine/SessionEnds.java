/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.engine.Payloads.End;

/**
 * How the two directions of a session end: which DRBD has closed its connection, or is gone, and which site knows. Owned by
 * the channel's loop.
 */
final class SessionEnds {

    private End local;
    private String localReason = "";
    private boolean closeSent;
    private boolean goneSent;
    private End far;
    private boolean farGone;
    private boolean peerGone;

    /** The local DRBD sends nothing any more; {@code false} if that was known. */
    boolean onLocal(End end, String reason) {
        if (local != null) {
            return false;
        }
        local = end;
        localReason = reason;
        return true;
    }

    /** The far DRBD sends nothing any more, and all of it was given to the local one. */
    void onFar(End end) {
        far = end;
    }

    /** The far DRBD takes nothing any more. */
    void onFarGone() {
        farGone = true;
    }

    /** The peer is lost for good, and with it the far DRBD. */
    void onPeerGone() {
        peerGone = true;
        farGone = true;
    }

    /** Whether the local DRBD has ended its side. */
    boolean isLocalOver() {
        return local != null;
    }

    /** Whether the far DRBD has ended its side. */
    boolean isFarOver() {
        return far != null;
    }

    /** Whether the far DRBD's stream is whole: it ended with FIN. */
    boolean isFarWhole() {
        return far == End.FIN;
    }

    boolean isFarGone() {
        return farGone;
    }

    boolean isPeerGone() {
        return peerGone;
    }

    /** Tells the peer what it does not know, a CLOSE only after the last byte. */
    void send(Carrier carrier, TransmitPath transmit, boolean localGone) {
        if (localGone && !goneSent) {
            goneSent = carrier.writeControl(RecordType.GONE, 0, Payloads.EMPTY);
        }
        if (local != null && !closeSent && transmit.isAllSent()) {
            closeSent = carrier.writeControl(
                    RecordType.CLOSE, transmit.receivedPosition(), Payloads.end(local, localReason));
        }
    }

    /** No link carries anything: the peer is told again. */
    void rewind() {
        closeSent = false;
        goneSent = false;
    }

    /** Whether nothing is left to be sent, delivered or confirmed. */
    boolean areComplete(TransmitPath transmit, ReceivePath receive, boolean localGone) {
        boolean sent = farGone || closeSent && transmit.isAllConfirmed();
        boolean told = peerGone || far != null && receive.isAllConfirmed();
        boolean received = localGone || receive.isAllDelivered() && told;
        return sent && received || far == End.RESET;
    }
}
