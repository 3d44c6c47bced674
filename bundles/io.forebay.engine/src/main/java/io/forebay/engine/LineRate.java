/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast data channels send, all together: each record reserves its time on a line of this rate, in the order in
 * which they ask. What was not used is lost, but for a moment, so that a late timer costs no throughput. Thread-safe.
 */
final class LineRate {

    static final LineRate UNLIMITED = new LineRate();

    private static final long NS_PER_S = 1_000_000_000L;

    /** So much of what was not used is made up for. */
    private static final long SLACK_NS = 5_000_000L;

    /** One record should take no longer. */
    private static final long RECORD_NS = 5_000_000L;

    /** One block before compression should take no longer; small ones compress worse. */
    private static final long BLOCK_NS = 10_000_000L;

    private static final int RECORD_LEAST_BYTES = 1 << 10;
    private static final int BLOCK_LEAST_BYTES = 2 << 10;

    private volatile Limit limit = new Limit(0);

    /** A rate, and when the line is free for another record. An object of its own after each change. */
    static final class Limit {
        private final long bytesPerS;
        private final AtomicLong freeNs = new AtomicLong(Long.MIN_VALUE);

        private Limit(long bytesPerS) {
            this.bytesPerS = bytesPerS;
        }

        boolean isNone() {
            return bytesPerS == 0;
        }

        /** Reserves the time for so many bytes; answers when they may be sent. */
        long reserve(int bytes, long nowNs) {
            long takesNs = bytes * NS_PER_S / bytesPerS;
            while (true) {
                long free = freeNs.get();
                long startNs = Math.max(free, nowNs - SLACK_NS);
                if (freeNs.compareAndSet(free, startNs + takesNs)) {
                    return startNs;
                }
            }
        }

        private int bytesIn(long ns, int least) {
            return isNone()
                    ? Integer.MAX_VALUE
                    : (int) Math.max(least, Math.min(Integer.MAX_VALUE, bytesPerS / (NS_PER_S / ns)));
        }

        /** The largest payload of a raw record. */
        int recordBytesMax() {
            return bytesIn(RECORD_NS, RECORD_LEAST_BYTES);
        }

        /** The largest block to compress. */
        int blockBytesMax() {
            return bytesIn(BLOCK_NS, BLOCK_LEAST_BYTES);
        }
    }

    /** Changes the rate; 0 is none. What was reserved is forgotten: whoever waits must ask anew. */
    void limit(long bytesPerS) {
        limit = new Limit(bytesPerS);
    }

    /** The present rate. */
    Limit limit() {
        return limit;
    }
}
