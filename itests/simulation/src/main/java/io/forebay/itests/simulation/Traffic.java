/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.itests.simulation.World.Site;
import java.util.Arrays;

/** What both DRBDs receive from each other, on data and on meta. */
final class Traffic {

    private static final int PROBE_BYTES = 2048;

    private final World world;

    Traffic(World world) {
        this.world = world;
    }

    /** Gives both DRBDs something to send in both directions, on data and meta. */
    void probe() {
        for (Site site : world.sites) {
            if (site.drbd.isConnected()) {
                site.drbd.session().burst(PROBE_BYTES);
                site.drbd.session().ping();
            }
        }
    }

    /** What the four ends of the session have received: data and meta of A, of B; -1 without a session. */
    long[] received() {
        long[] counts = new long[4];
        Arrays.fill(counts, -1);
        for (int i = 0; i < 2; i++) {
            DrbdSession session = world.sites.get(i).drbd.session();
            if (session != null) {
                counts[2 * i] = session.dataEnd().receivedBytes;
                counts[2 * i + 1] = session.metaEnd().receivedBytes;
            }
        }
        return counts;
    }

    /** Whether all four have received more since. */
    boolean hasGrown(long[] before) {
        long[] now = received();
        for (int i = 0; i < before.length; i++) {
            if (now[i] <= before[i]) {
                return false;
            }
        }
        return true;
    }
}
