/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import io.forebay.tools.drbd.LatencyHistogram;
import io.forebay.tools.drbd.SendProgress;

/** What the sender has done over all its connections. Written by its threads, read by any. */
final class SendMeter implements SendProgress {
    private final LatencyHistogram acks = new LatencyHistogram();
    private final RelayGauge gauge;
    private volatile int connections;
    private volatile long beginNs;
    private volatile long lastSentNs;
    private volatile long lastAckedNs;
    private volatile long sentBytes;
    private volatile long position;
    private volatile long ackedPosition;
    private volatile long peakUnackedBytes;
    private volatile boolean connected;

    SendMeter(RelayGauge gauge) {
        this.gauge = gauge;
    }

    @Override
    public void onConnected() {
        if (beginNs == 0) {
            beginNs = System.nanoTime();
            lastSentNs = beginNs;
            lastAckedNs = beginNs;
        }
        position = ackedPosition; // from there on it is sent again
        connections++;
        connected = true;
    }

    @Override
    public void onSent(long to) {
        lastSentNs = System.nanoTime();
        sentBytes += to - position;
        position = to;
        peakUnackedBytes = Math.max(peakUnackedBytes, unackedBytes());
    }

    @Override
    public void onAcked(long to, long ns) {
        acks.add(ns);
        lastAckedNs = System.nanoTime();
        ackedPosition = to;
    }

    @Override
    public void onAllAcked() {
        gauge.look(); // the last chance: the relay forgets a channel that has ended
    }

    /** Whether a connection stood since this was asked last. */
    boolean wasConnected() {
        boolean was = connected;
        connected = false;
        return was;
    }

    int connections() {
        return connections;
    }

    /** Handed to the relay, what was sent again included. */
    long sentBytes() {
        return sentBytes;
    }

    long ackedPosition() {
        return ackedPosition;
    }

    long unackedBytes() {
        return Math.max(0, position - ackedPosition);
    }

    long peakUnackedBytes() {
        return peakUnackedBytes;
    }

    /** From the first write to the last that the relay took; 0 without any. */
    double sentSeconds() {
        return (lastSentNs - beginNs) / 1e9;
    }

    /** From the first write to the last acknowledgement. */
    double ackedSeconds() {
        return (lastAckedNs - beginNs) / 1e9;
    }

    LatencyHistogram acks() {
        return acks;
    }
}
