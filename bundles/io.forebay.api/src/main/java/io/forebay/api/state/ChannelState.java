/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.state;

/**
 * The states of a channel, as DRX spells them, and {@code resuming}.
 *
 * <pre>
 *  allocating ─▶ bridging ─▶ bridged ─┬─▶ waiting ────▶ connected ─┬─▶ establishing ─▶ established ◀─▶ resuming
 *                   ▲                 └─▶ connecting ──────────────┘                      │               │
 *                   │                                                                     ▼               ▼
 *                stopped ◀──────────────────────────── stopping ◀──────────────────── close_pending ◀─────┘
 * </pre>
 *
 * From every state but {@code stopped} a stop leads to {@code stopping}.
 */
public enum ChannelState {
    /** The BAB's memory is being obtained. */
    ALLOCATING("the BAB's memory is being obtained"),
    /** The connector dials the peer's outside; the acceptor waits for it. */
    BRIDGING("the bridge to the peer Forebay is missing"),
    /** The bridge stands; momentary. */
    BRIDGED("the bridge stands"),
    /** Acceptor: listening on inside for the local DRBD. */
    WAITING("waiting for the local DRBD to dial in"),
    /** Connector: the far acceptor has no DRBD yet, or the local DRBD is being dialled. */
    CONNECTING("the local DRBD is not connected yet"),
    /** Acceptor: DRBD dialled in; its first packet is being read and sent over. */
    CONNECTED("the local DRBD dialled in"),
    /** The far DRBD is being dialled and confirmed. */
    ESTABLISHING("the far DRBD is being connected"),
    /** Relaying. */
    ESTABLISHED("relaying"),
    /** The bridge broke; DRBD's sockets are kept while it is rebuilt, within a limit. */
    RESUMING("the bridge broke and is being rebuilt"),
    /** Delivering what is still buffered. */
    CLOSE_PENDING("delivering what is still buffered"),
    /** Closing sockets, returning segments. */
    STOPPING("closing"),
    /** Ready to start again. */
    STOPPED("stopped");

    private final String sentence;

    ChannelState(String sentence) {
        this.sentence = sentence;
    }

    /** What is happening, for operators. */
    public String sentence() {
        return sentence;
    }

    /** The name as DRX spells it, for example {@code close_pending}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
