/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.nio.ByteBuffer;
import java.util.UUID;

/** The channel, as its bridge sees it. */
interface BridgeOwner {
    /** What to say of the channel: {@code attempt} 0 begins a session, another goes on with it; {@code lane} 0 is the first link. */
    Hello hello(int attempt, int lane);

    /** Whether the peer has told of a codec. */
    boolean knowsCodec(int number);

    /** The link that comes is to begin a session of this id. */
    void onNewSession(UUID session);

    /** The first link stands. */
    void onBridgeUp(Hello peer);

    /** No link carries anything; what the peer does not have will be sent again, and what came in part will come anew. */
    void onRewind(Hello peer) throws PeerViolation;

    /** Another link goes on with the session. */
    void onBridgeResumed(Hello peer);

    /** The link broke or is silent. */
    void onBridgeLost(String reason);

    /** The link was silent, but nothing else. */
    void onBridgeHeard();

    /** An attempt to get a link failed; others follow. */
    void onBridgeFailed(String reason);

    /** The session cannot go on: the peer has ended it, or cannot make sense of it. */
    void onBridgeOver(String reason);

    /** A record that came before the session began. */
    void onEarlyRecord(RecordType type, ByteBuffer memory, int offset) throws PeerViolation;

    /** So many bytes of data records are in the system's hands. */
    void onDataWritten(int bytes);

    /** Something was written or read: there may be more to do. */
    void onLinkProgress();

    /** A round trip of a heartbeat was measured. */
    void onRoundTrip(long roundTripNs);

    /** Whether one is to be measured now. */
    boolean wantsRoundTrip();

    /** After the end: nothing of it is in the transport's hands any more. */
    void onBridgeGone();
}
