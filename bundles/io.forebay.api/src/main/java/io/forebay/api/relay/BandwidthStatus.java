/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.Optional;

/**
 * How fast a relay's data channels may send now; the lower of both limits counts.
 *
 * @param relay its own limit
 * @param forebay that of all relays of this Forebay together
 */
public record BandwidthStatus(Limit relay, Limit forebay) {

    /** No limit at all. */
    public static final BandwidthStatus NONE = new BandwidthStatus(Limit.NONE, Limit.NONE);

    /**
     * One limit.
     *
     * @param schedule as configured
     * @param bytesPerS in force now; 0 for none
     * @param next its next change; empty if there is none to come
     */
    public record Limit(BandwidthSchedule schedule, long bytesPerS, Optional<BandwidthSchedule.Change> next) {

        /** None, at any time. */
        public static final Limit NONE = new Limit(BandwidthSchedule.UNLIMITED, 0, Optional.empty());
    }

    /** The limit that counts now. */
    public Limit inForce() {
        boolean shared = forebay.bytesPerS > 0 && (relay.bytesPerS == 0 || forebay.bytesPerS < relay.bytesPerS);
        return shared ? forebay : relay;
    }
}
