/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.IOException;
import java.util.ArrayDeque;

/**
 * The epochs which the sender has closed and the receiver has not acknowledged yet, oldest first. As in DRBD, an
 * acknowledgement must name the oldest one and its number of writes. Thread-safe: the sender opens, the meta stream
 * settles.
 */
final class EpochLedger {
    private record Epoch(int barrier, int writes) {}

    private final ArrayDeque<Epoch> open = new ArrayDeque<>();
    private boolean disconnectAgreed;
    private IOException failure;

    synchronized void closeEpoch(int barrier, int writes) {
        open.add(new Epoch(barrier, writes));
    }

    synchronized void onBarrierAck(int barrier, int writes) throws IOException {
        Epoch oldest = open.poll();
        if (!new Epoch(barrier, writes).equals(oldest)) {
            throw new IOException("DRBD barrier acknowledged wrongly: barrier=" + barrier + ", writes=" + writes
                    + " (expected: " + oldest + ")");
        }
        notifyAll();
    }

    synchronized void onDisconnectAgreed() {
        disconnectAgreed = true;
        notifyAll();
    }

    synchronized void onFailure(IOException e) {
        failure = e;
        notifyAll();
    }

    /** Waits until all epochs are acknowledged: the far side has every byte. Fails as soon as meta has failed. */
    synchronized void awaitAllAcked() throws IOException, InterruptedException {
        while (!open.isEmpty()) {
            failIfMetaFailed();
            wait();
        }
    }

    synchronized void awaitDisconnectAgreed() throws IOException, InterruptedException {
        while (!disconnectAgreed) {
            failIfMetaFailed();
            wait();
        }
    }

    private void failIfMetaFailed() throws IOException {
        if (failure != null) {
            throw new IOException("DRBD meta socket failed: openEpochs=" + open.size() + ", " + failure, failure);
        }
    }
}
