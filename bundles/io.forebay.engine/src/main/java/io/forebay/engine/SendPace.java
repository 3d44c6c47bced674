/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelType;
import io.forebay.api.transport.Loop;

/**
 * One channel's place on a line of limited rate: its next record waits for the time that it has reserved, then for the relay's
 * share of what all relays may send. Owned by one loop.
 */
final class SendPace {

    private final LineRate rate;
    private final RateShare share;
    private final Loop loop;
    private final Runnable onDue;
    private LineRate.Limit reservedOf;
    private long dueNs;
    private boolean passed;
    private Loop.Timer timer;
    private long timerNs;

    /** Only data is held back. With what to do when the record that was not due is. */
    static SendPace of(ChannelType type, ChannelHome home, Loop loop, Runnable onDue) {
        return type == ChannelType.DATA
                ? new SendPace(home.rate(), home.share(), loop, onDue)
                : new SendPace(LineRate.UNLIMITED, RateShare.UNLIMITED, loop, onDue);
    }

    private SendPace(LineRate rate, RateShare share, Loop loop, Runnable onDue) {
        this.rate = rate;
        this.share = share;
        this.loop = loop;
        this.onDue = onDue;
    }

    /** The largest payload of a raw record now. */
    int recordBytesMax() {
        return Math.min(rate.limit().recordBytesMax(), share.limit().recordBytesMax());
    }

    /** The largest block to compress now. */
    int blockBytesMax() {
        return Math.min(rate.limit().blockBytesMax(), share.limit().blockBytesMax());
    }

    /** Whether the next record, of so many bytes, may be sent, and is; if not, {@code onDue} runs when it may be. */
    boolean isDue(int bytes) {
        if (rate.limit().isNone() && share.limit().isNone()) {
            return true;
        }
        long nowNs = loop.nowNs();
        long atNs = passed ? nowNs : reserve(bytes, nowNs);
        passed = atNs <= nowNs;
        if (passed) {
            atNs = share.take(bytes, nowNs);
            passed = atNs > nowNs;
        }
        if (atNs <= nowNs) {
            return true;
        }
        wakeAt(atNs, nowNs);
        return false;
    }

    /** When the relay's own line is free for the next record. */
    private long reserve(int bytes, long nowNs) {
        LineRate.Limit limit = rate.limit();
        if (limit.isNone()) {
            return nowNs;
        }
        if (reservedOf != limit) {
            dueNs = limit.reserve(bytes, nowNs);
            reservedOf = limit;
        }
        if (dueNs <= nowNs) {
            reservedOf = null;
        }
        return dueNs;
    }

    private void wakeAt(long atNs, long nowNs) {
        if (timer == null || timerNs > atNs) {
            stop();
            timerNs = atNs;
            timer = loop.schedule(this::wake, atNs - nowNs);
        }
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
        passed = false;
    }
}
