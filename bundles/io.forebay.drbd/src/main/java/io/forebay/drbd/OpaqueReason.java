/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/** Why a direction's packets cannot be seen. */
public enum OpaqueReason {
    /** They can be seen. */
    NONE("-"),
    /** TLS begins right after the first packet (DRBD 9.2.6 and later). */
    TLS("TLS"),
    /** Chunks of the lb-tcp transport with load balancing: one packet may be spread over several connections. */
    LB_TCP("lb-tcp"),
    /** The stream stopped being DRBD's framing. */
    ERROR("error");

    private final String label;

    OpaqueReason(String label) {
        this.label = label;
    }

    /** As operators read it. */
    public String label() {
        return label;
    }
}
