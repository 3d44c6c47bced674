/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.state.ChannelType;
import io.forebay.testkit.SimulatedConnection;
import java.util.Arrays;

/**
 * One end of a TCP connection that a DRBD holds: everything that it sent, and how much it has received. Ends are joined by
 * the relays, and say who they are inside their streams.
 */
final class StreamEnd {

    final int id;
    final int site;
    final boolean dialled;
    final long openedAtNs;
    ChannelType type;
    byte[] sent = new byte[256];
    int sentBytes;
    byte[] early = new byte[64];
    int receivedBytes;
    StreamEnd joined;

    /** What carries it; {@code null} before it stands. */
    SimulatedConnection connection;

    /** Its DRBD sends nothing more and reads nothing more; or the connection was reset. */
    boolean gone;

    long goneAtNs;

    /** Its DRBD has seen FIN or reset. */
    boolean sawEnd;

    boolean sawFin;

    /** A process died that it ended with. */
    boolean excused;

    StreamEnd(int id, int site, boolean dialled, ChannelType type, long openedAtNs) {
        this.id = id;
        this.site = site;
        this.dialled = dialled;
        this.type = type;
        this.openedAtNs = openedAtNs;
    }

    void addSent(byte[] bytes) {
        if (sentBytes + bytes.length > sent.length) {
            sent = Arrays.copyOf(sent, Math.max(2 * sent.length, sentBytes + bytes.length));
        }
        System.arraycopy(bytes, 0, sent, sentBytes, bytes.length);
        sentBytes += bytes.length;
    }

    /** Whether everything that this end was sent has been received. */
    boolean isComplete() {
        return joined != null && receivedBytes == joined.sentBytes;
    }

    @Override
    public String toString() {
        return "end %d (%s, %s at site %s)"
                .formatted(
                        id,
                        type.name().toLowerCase(java.util.Locale.ROOT),
                        dialled ? "dialled" : "accepted",
                        name(site));
    }

    static String name(int site) {
        return site == 0 ? "A" : "B";
    }
}
