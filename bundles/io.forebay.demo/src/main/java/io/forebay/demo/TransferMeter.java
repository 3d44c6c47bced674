/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import io.forebay.tools.drbd.SendProgress;

/**
 * What passes, in payload bytes and nanoseconds of {@link System#nanoTime}. The sender's thread owns what is sent, the
 * receiver's what is written; any thread may read.
 */
final class TransferMeter implements SendProgress {
    private volatile long sentBytes;
    private volatile long writtenBytes;
    private volatile long peakBacklogBytes;
    private volatile long firstSendNs;
    private volatile long lastSentNs;
    private volatile long lastWrittenNs;
    private volatile boolean started;
    private volatile boolean sendingOver;

    @Override
    public void onConnected() {
        firstSendNs = System.nanoTime();
        lastSentNs = firstSendNs;
        lastWrittenNs = firstSendNs;
        started = true;
    }

    @Override
    public void onSent(long totalBytes) {
        lastSentNs = System.nanoTime();
        sentBytes = totalBytes;
        peakBacklogBytes = Math.max(peakBacklogBytes, backlogBytes());
    }

    @Override
    public void onSendingOver() {
        sendingOver = true;
    }

    void onWritten(long totalBytes) {
        lastWrittenNs = System.nanoTime();
        writtenBytes = totalBytes;
    }

    boolean isStarted() {
        return started;
    }

    boolean isSendingOver() {
        return sendingOver;
    }

    long sentBytes() {
        return sentBytes;
    }

    /** Written by the receiver; the last block counts in full, so it can exceed what was sent by part of a sector. */
    long writtenBytes() {
        return writtenBytes;
    }

    long backlogBytes() {
        return Math.max(0, sentBytes - writtenBytes);
    }

    long peakBacklogBytes() {
        return peakBacklogBytes;
    }

    long elapsedNs() {
        return started ? System.nanoTime() - firstSendNs : 0;
    }

    /** From the first to the last byte handed to the socket. */
    long senderBusyNs() {
        return lastSentNs - firstSendNs;
    }

    /** From the first byte handed to the socket to the last byte written on the other side. */
    long deliveredNs() {
        return lastWrittenNs - firstSendNs;
    }
}
