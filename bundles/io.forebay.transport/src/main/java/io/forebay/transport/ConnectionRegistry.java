/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

/** Knows of the connections while they live. On their loops. */
interface ConnectionRegistry {

    /** Whether the connection may open; if not, it ends at once and its handler hears nothing. */
    boolean opened(NettyConnection connection);

    void closed(NettyConnection connection);

    /** Whether the transport stops, so that connections end when they arrive on a loop. */
    boolean isStopped();
}
