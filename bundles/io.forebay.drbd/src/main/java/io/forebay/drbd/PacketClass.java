/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/** What a packet is for; the grouping of statistics. */
public enum PacketClass {
    HS("handshake"),
    CFG("configuration and state"),
    BM("bitmap"),
    DAT("application data"),
    BAR("barrier"),
    RSD("resync data"),
    RSQ("resync request"),
    VER("verify"),
    ACK("acknowledgement"),
    BAK("barrier acknowledgement"),
    NAK("negative acknowledgement or cancellation"),
    KA("keep-alive"),
    TWO_PHASE("two-phase commit"),
    HINT("hint"),
    OTHER("unknown command");

    private final String label;

    PacketClass(String label) {
        this.label = label;
    }

    /** As operators read it. */
    public String label() {
        return label;
    }
}
