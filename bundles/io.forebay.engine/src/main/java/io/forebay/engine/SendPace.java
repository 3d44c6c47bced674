/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Loop;

/** One channel's place on a line of limited rate: its next record waits for the time that it has reserved. Owned by one loop. */
final class SendPace {

    private final LineRate rate;
    private final Loop loop;
    private final Runnable onDue;
    private LineRate.Limit reservedOf;
    private long dueNs;
    private Loop.Timer timer;
    private long timerNs;

    /** With what to do when the record that was not due is. */
    SendPace(LineRate rate, Loop loop, Runnable onDue) {
        this.rate = rate;
        this.loop = loop;
        this.onDue = onDue;
    }

    /** The largest payload of a raw record now. */
    int recordBytesMax() {
        return rate.limit().recordBytesMax();
    }

    /** The largest block to compress now. */
    int blockBytesMax() {
        return rate.limit().blockBytesMax();
    }

    /** Whether the next record, of so many bytes, may be sent, and is; if not, {@code onDue} runs when it may be. */
    boolean isDue(int bytes) {
        LineRate.Limit limit = rate.limit();
        if (limit.isNone()) {
            return true;
        }
        long nowNs = loop.nowNs();
        if (reservedOf != limit) {
            dueNs = limit.reserve(bytes, nowNs);
            reservedOf = limit;
        }
        if (dueNs <= nowNs) {
            reservedOf = null;
            return true;
        }
        if (timer == null || timerNs > dueNs) {
            stop();
            timerNs = dueNs;
            timer = loop.schedule(this::wake, dueNs - nowNs);
        }
        return false;
    }

    private void wake() {
        timer = null;
        onDue.run();
    }

    private void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** Another record is the next. */
    void rewind() {
        reservedOf = null;
    }
}
