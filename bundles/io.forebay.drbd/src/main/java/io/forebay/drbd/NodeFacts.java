/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.nio.ByteBuffer;

/** What one node told of itself in the handshake. Guarded by its observer, except where it says otherwise. */
final class NodeFacts {
    private static final int PROTOCOL_OF_NODE_IDS = 110;

    /** Read by the engine without the observer's lock. */
    volatile boolean featuresSeen;

    int protocolMin;
    int protocolMax;
    int flags;
    int nodeId = -1;
    int peerNodeId = -1;
    Dialect dialect = Dialect.UNKNOWN;
    /** 1, 2, 3 for A, B, C; 0 if not told. */
    int replication;

    /** Takes a features packet: lowest, flags, highest, own id, peer's id. */
    void onFeatures(ByteBuffer head) {
        protocolMin = BigEndian.i32(head, 0);
        flags = BigEndian.i32(head, 4);
        int highest = BigEndian.i32(head, 8);
        protocolMax = highest == 0 ? protocolMin : highest;
        if (protocolMax >= PROTOCOL_OF_NODE_IDS) {
            nodeId = BigEndian.i32(head, 12);
            peerNodeId = BigEndian.i32(head, 16);
        }
        dialect = Dialect.ofFeatures(protocolMax, flags);
        featuresSeen = true;
    }

    /** The protocol two nodes agree on; 0 if their ranges do not meet or are not known. */
    static int agreed(NodeFacts one, NodeFacts other) {
        if (!one.featuresSeen || !other.featuresSeen) {
            return 0;
        }
        int agreed = Math.min(one.protocolMax, other.protocolMax);
        return agreed >= one.protocolMin && agreed >= other.protocolMin ? agreed : 0;
    }

    /** Whether both name each other by the ids they have; always so below protocol 110. */
    static boolean idsMatch(NodeFacts one, NodeFacts other) {
        return agreed(one, other) < PROTOCOL_OF_NODE_IDS
                || one.nodeId == other.peerNodeId && other.nodeId == one.peerNodeId;
    }

    String range() {
        return protocolMin + "-" + protocolMax;
    }
}
