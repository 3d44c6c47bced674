/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.LineSettings;
import io.forebay.api.transport.SocketOptions;

/**
 * What the socket of a link is to be like. Which type of channel it carries is not known before its session begins: until then
 * it is as for data.
 */
final class LinkOptions {

    /** What the kernel holds of unsent bytes is kept small: meta must not wait behind it on a shared line. */
    private static final int NOT_SENT_BYTES = 128 << 10;

    /**
     * Meta does not fill the line, so it needs no congestion control that measures the line. {@code bbr} does that every 10 s
     * with at most four packets on their way, for 0.2 s and a round trip, and what is written meanwhile waits for up to a
     * round trip: DRBD's pings and acks, and the heartbeats by which {@link SendWindow} finds queues. Linux always has this
     * one, and lets every program choose it.
     */
    private static final String META_CONGESTION = "reno";

    private LinkOptions() {}

    /** Of a link that carries data, or nothing yet. */
    static SocketOptions ofData(LineSettings line) {
        return of(line, line.congestion());
    }

    /** Of a link that carries meta. */
    static SocketOptions ofMeta(LineSettings line) {
        return of(line, META_CONGESTION);
    }

    private static SocketOptions of(LineSettings line, String congestion) {
        return new SocketOptions(line.sendBufferBytes(), line.receiveBufferBytes(), NOT_SENT_BYTES, congestion);
    }
}
