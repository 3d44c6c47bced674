/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/** How far two nodes have come with each other, by what they tell; ordered from first contact to replication. */
public enum SessionPhase {
    OPENING("opening", "no first packet was seen yet"),
    IDENTIFIED("identified", "one socket is known, its partner is missing"),
    PAIRED("paired", "both sockets are known, the nodes wait for them to prove stable"),
    FEATURES("features", "the nodes negotiate protocol and features"),
    AUTH("auth", "the nodes authenticate each other"),
    REPORT_PARAMS("report-params", "the nodes report configuration and state"),
    CONNECTED("connected", "the nodes replicate"),
    VERIFY("verify", "an online verify is running"),
    BITMAP("bitmap", "the nodes exchange bitmaps"),
    PAUSED("paused", "a resync is paused"),
    SYNC("sync", "a resync is running"),
    AHEAD("ahead", "one node is ahead and only marks what it writes"),
    CLOSING("closing", "the connection is being ended or has ended"),
    OPAQUE("opaque", "the packets cannot be seen"),
    ERROR("error", "the stream is no longer DRBD's framing");

    private final String label;
    private final String meaning;

    SessionPhase(String label, String meaning) {
        this.label = label;
        this.meaning = meaning;
    }

    /** As operators read it. */
    public String label() {
        return label;
    }

    /** What it means, as the rest of a sentence. */
    public String meaning() {
        return meaning;
    }
}
