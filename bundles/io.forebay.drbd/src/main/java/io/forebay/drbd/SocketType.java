/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/** The two TCP connections of one DRBD connection. */
public enum SocketType {
    /** Handshake, configuration, application data, resync, barriers. */
    DATA("data"),
    /** Pings, acknowledgements, cancellations. */
    META("meta");

    private final String label;

    SocketType(String label) {
        this.label = label;
    }

    /** As operators read it: {@code data} or {@code meta}. */
    public String label() {
        return label;
    }
}
