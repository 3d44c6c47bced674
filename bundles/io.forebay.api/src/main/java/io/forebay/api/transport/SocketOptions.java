/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.transport;

import java.util.Objects;

/**
 * Options of a socket. TCP_NODELAY is always on.
 *
 * @param sendBufferBytes SO_SNDBUF; 0 leaves it to the system
 * @param receiveBufferBytes SO_RCVBUF; 0 leaves it to the system
 * @param notSentLowWaterBytes TCP_NOTSENT_LOWAT: how much not yet sent data the kernel may hold; 0 leaves it to the
 *     system, as does a platform without it
 * @param congestion TCP_CONGESTION: the congestion control, by the system's name; empty leaves it to the system, as does a
 *     platform without it, or one that refuses it
 * @param paceBytesPerSecond SO_MAX_PACING_RATE: the kernel sends no faster than that, evenly; {@link #UNPACED} as fast as the
 *     congestion control allows, which may have a pace of its own; 0 leaves it as it is, as does a platform without it
 */
public record SocketOptions(
        int sendBufferBytes,
        int receiveBufferBytes,
        int notSentLowWaterBytes,
        String congestion,
        int paceBytesPerSecond) {

    /** No pace but that of the congestion control. */
    public static final int UNPACED = Integer.MAX_VALUE;

    /** The system's defaults. */
    public static final SocketOptions SYSTEM = new SocketOptions(0, 0, 0);

    public SocketOptions {
        Objects.requireNonNull(congestion);
    }

    /** Without a pace. */
    public SocketOptions(int sendBufferBytes, int receiveBufferBytes, int notSentLowWaterBytes, String congestion) {
        this(sendBufferBytes, receiveBufferBytes, notSentLowWaterBytes, congestion, 0);
    }

    /** With the system's congestion control. */
    public SocketOptions(int sendBufferBytes, int receiveBufferBytes, int notSentLowWaterBytes) {
        this(sendBufferBytes, receiveBufferBytes, notSentLowWaterBytes, "");
    }

    /** This pace, and nothing else changed. */
    public static SocketOptions pace(int bytesPerSecond) {
        return new SocketOptions(0, 0, 0, "", bytesPerSecond);
    }
}
