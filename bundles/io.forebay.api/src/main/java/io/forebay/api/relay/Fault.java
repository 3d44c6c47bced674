/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.time.Instant;

/**
 * What went wrong with one of a relay's connections, and has not gone well since.
 *
 * @param leg the connection
 * @param since when it first went wrong
 * @param last when it last did
 * @param count how often
 * @param error the last error, a clause that names the address
 */
public record Fault(Leg leg, Instant since, Instant last, long count, String error) {

    /** This fault after it happened again. */
    public Fault again(Instant now, String lastError) {
        return new Fault(leg, since, now, count + 1, lastError);
    }
}
