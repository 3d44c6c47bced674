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
 */
public record SocketOptions(int sendBufferBytes, int receiveBufferBytes, int notSentLowWaterBytes, String congestion) {

    /** The system's defaults. */
    public static final SocketOptions SYSTEM = new SocketOptions(0, 0, 0);

    public SocketOptions {
        Objects.requireNonNull(congestion);
    }

    /** With the system's congestion control. */
    public SocketOptions(int sendBufferBytes, int receiveBufferBytes, int notSentLowWaterBytes) {
        this(sendBufferBytes, receiveBufferBytes, notSentLowWaterBytes, "");
    }
}
