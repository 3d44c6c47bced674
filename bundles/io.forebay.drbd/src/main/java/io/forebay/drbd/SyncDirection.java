/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/** Where a bitmap exchange or resync goes. */
public enum SyncDirection {
    NONE("-"),
    /** The local node is the source. */
    TO_FAR("to far"),
    /** The far node is the source. */
    FROM_FAR("from far");

    private final String label;

    SyncDirection(String label) {
        this.label = label;
    }

    /** As operators read it. */
    public String label() {
        return label;
    }
}
