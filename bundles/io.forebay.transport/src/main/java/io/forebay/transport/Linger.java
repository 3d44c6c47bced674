/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import java.util.concurrent.TimeUnit;

/**
 * The time between the FIN of a close and the end of the socket, in which bytes that still arrive are thrown away:
 * without it the kernel would answer them with a reset. On the loop.
 */
final class Linger {

    private static final long LONGEST_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Runnable onEnd;
    private boolean begun;
    private boolean discarded;
    private long untilNs;

    Linger(Runnable onEnd) {
        this.onEnd = onEnd;
    }

    /** Bytes were thrown away: more may come. */
    void discarded() {
        discarded = true;
    }

    /** Begins it, unless it has begun. */
    void begin(NettyLoop loop) {
        if (!begun) {
            begun = true;
            untilNs = loop.nowNs() + LONGEST_NS;
            next(loop);
        }
    }

    private void next(NettyLoop loop) {
        discarded = false;
        loop.schedule(() -> step(loop), STEP_NS);
    }

    private void step(NettyLoop loop) {
        if (discarded && loop.nowNs() - untilNs < 0) {
            next(loop);
        } else {
            onEnd.run();
        }
    }
}
