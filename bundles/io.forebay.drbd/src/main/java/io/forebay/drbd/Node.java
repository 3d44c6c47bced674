/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/** The two DRBD nodes of one relay, as seen from this site. */
public enum Node {
    /** The DRBD on the inside of this site. */
    LOCAL("local"),
    /** The DRBD behind the other site. */
    FAR("far");

    private final String label;

    Node(String label) {
        this.label = label;
    }

    /** As operators read it: {@code local} or {@code far}. */
    public String label() {
        return label;
    }

    /** The node at the other end. */
    public Node peer() {
        return this == LOCAL ? FAR : LOCAL;
    }
}
