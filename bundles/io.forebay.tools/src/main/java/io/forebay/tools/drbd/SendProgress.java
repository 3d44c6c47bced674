/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.drbd;

/** What a sender tells as it goes on: from its own thread, but for {@link #onAcked}, which is called by the one that reads meta. */
public interface SendProgress {
    /** The two nodes are connected, and writing begins. */
    default void onConnected() {}

    /** All before this position has been handed to the socket. */
    default void onSent(long position) {}

    /** No more writes will follow. */
    default void onSendingOver() {}

    /** All that was sent has been acknowledged; the two nodes are about to disconnect. */
    default void onAllAcked() {}

    /**
     * All before this position has been acknowledged by the far node.
     *
     * @param ns since the barrier behind the last of these writes was handed to the socket
     */
    default void onAcked(long position, long ns) {}
}
