/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.transport;

/**
 * Options of a socket. TCP_NODELAY is always on.
 *
 * @param sendBufferBytes SO_SNDBUF; 0 leaves it to the system
 * @param receiveBufferBytes SO_RCVBUF; 0 leaves it to the system
 * @param notSentLowWaterBytes TCP_NOTSENT_LOWAT: how much not yet sent data the kernel may hold; 0 leaves it to the
 *     system, as does a platform without it
 */
public record SocketOptions(int sendBufferBytes, int receiveBufferBytes, int notSentLowWaterBytes) {

    /** The system's defaults. */
    public static final SocketOptions SYSTEM = new SocketOptions(0, 0, 0);
}
