/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/** Measures from one node's pings to their answers, in order. Guarded by its observer. */
final class PingTimes {
    /** DRBD keeps only a few pings open; beyond that, answers could not be told apart. */
    private static final int OPEN_MAX = 8;

    private final long[] sentNs = new long[OPEN_MAX];
    private int first;
    private int open;
    private long lastNs = -1;

    void onPing(long nowNs) {
        if (open == OPEN_MAX) {
            open = 0;
        }
        sentNs[(first + open++) % OPEN_MAX] = nowNs;
    }

    void onAnswer(long nowNs) {
        if (open > 0) {
            lastNs = nowNs - sentNs[first];
            first = (first + 1) % OPEN_MAX;
            open--;
        }
    }

    /** The last time in ns; -1 if none was measured. */
    long lastNs() {
        return lastNs;
    }
}
