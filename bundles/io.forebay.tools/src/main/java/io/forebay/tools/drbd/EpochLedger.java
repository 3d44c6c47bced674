/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

import java.io.IOException;
import java.util.ArrayDeque;

/**
 * The epochs which the sender has closed and the receiver has not acknowledged yet, oldest first. As in DRBD, an
 * acknowledgement must name the oldest one and its number of writes. Thread-safe: the sender opens, the meta stream
 * settles.
 */
final class EpochLedger {
    private record Epoch(int barrier, int writes, long endPosition, long closedNs) {
        boolean is(int aBarrier, int someWrites) {
            return barrier == aBarrier && writes == someWrites;
        }
    }

    private final SendProgress progress;
    private final ArrayDeque<Epoch> open = new ArrayDeque<>();
    private boolean disconnectAgreed;
    private IOException failure;

    EpochLedger(SendProgress progress) {
        this.progress = progress;
    }

    /** @param endPosition up to which this epoch and those before it have written */
    synchronized void closeEpoch(int barrier, int writes, long endPosition) {
        open.add(new Epoch(barrier, writes, endPosition, System.nanoTime()));
    }

    synchronized void onBarrierAck(int barrier, int writes) throws IOException {
        Epoch oldest = open.poll();
        if (oldest == null || !oldest.is(barrier, writes)) {
            throw new IOException("DRBD barrier acknowledged wrongly: barrier=" + barrier + ", writes=" + writes
                    + " (expected: " + oldest + ")");
        }
        progress.onAcked(oldest.endPosition, System.nanoTime() - oldest.closedNs);
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

    synchronized void failIfMetaFailed() throws IOException {
        if (failure != null) {
            throw new IOException("DRBD meta socket failed: openEpochs=" + open.size() + ", " + failure, failure);
        }
    }
}
