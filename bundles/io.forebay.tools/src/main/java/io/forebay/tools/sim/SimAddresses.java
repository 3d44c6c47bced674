/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import io.forebay.tools.drbd.StandInPeer;
import java.net.InetSocketAddress;

/**
 * Where a simulated node stands.
 *
 * @param inside where it dials its relay
 * @param drbd where it listens, and its relay dials it
 */
record SimAddresses(InetSocketAddress inside, InetSocketAddress drbd) {
    StandInPeer.Addresses ofPeer() {
        return new StandInPeer.Addresses(drbd, inside);
    }
}
