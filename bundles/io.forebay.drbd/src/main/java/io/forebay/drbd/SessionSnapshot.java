/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.util.List;

/**
 * All that is known of a session at one moment.
 *
 * @param phase how far the nodes have come
 * @param dialect whose numbering they use
 * @param protocol the agreed protocol number; 0 if not known
 * @param replication {@code A}, {@code B} or {@code C}; {@code ?} if not known
 * @param localNodeId the local node's id (agreed 110 and above); -1 if not known
 * @param farNodeId the far node's id; -1 if not known
 * @param volumes by ascending number
 * @param sync where a resync or bitmap exchange goes
 * @param syncDoneBytes disk bytes resynced since the running or last resync began
 * @param syncTotalBytes an estimate of what it has to do, from the out-of-sync sums both nodes told; 0 if not known
 * @param localPingNs the last time from a ping of the local node to its answer by the far one; -1 if not known
 * @param farPingNs the same for the far node's pings
 * @param notice a sentence for operators about an end, an error or a stream that cannot be seen; empty if none
 */
public record SessionSnapshot(
        SessionPhase phase,
        Dialect dialect,
        int protocol,
        String replication,
        int localNodeId,
        int farNodeId,
        List<VolumeSnapshot> volumes,
        SyncDirection sync,
        long syncDoneBytes,
        long syncTotalBytes,
        long localPingNs,
        long farPingNs,
        String notice) {

    public SessionSnapshot {
        volumes = List.copyOf(volumes);
    }
}
