/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.Leg;
import io.forebay.api.state.ChannelRole;
import java.util.function.Supplier;

/**
 * Who dials the WAN for a channel: what this site's word and the peer's come to together. The peer's is in its hellos, so it
 * is not known at first, and what is known may have changed since; a site that may dial therefore only waits a while for one
 * that is to dial alone. Thread-safe.
 */
final class DialAgreement {

    /** How long a site that says {@code both} leaves it to the peer to dial what is the peer's to dial. */
    static final long YIELD_NS = 2_000_000_000L;

    private final Supplier<DialMode> mine;
    private final RelayHealth health;
    private final Runnable onChange;

    /** With what is to happen when the peer says another word than before. */
    DialAgreement(Supplier<DialMode> mine, RelayHealth health, Runnable onChange) {
        this.mine = mine;
        this.health = health;
        this.onChange = onChange;
    }

    /** What this site says. */
    DialMode mine() {
        return mine.get();
    }

    /** The peer has said its word. */
    void onPeer(DialMode said) {
        if (health.onPeerDial(said)) {
            onChange.run();
        }
    }

    /** Who is to dial, as far as this site knows. */
    DialMode together() {
        return mine.get().with(health.peer().dial());
    }

    /** Whether it is this site that is to dial for its channels of a role. */
    boolean leads(ChannelRole role) {
        DialMode together = together();
        return together == DialMode.OUTBOUND || together == DialMode.BOTH && role == ChannelRole.CONNECTOR;
    }

    /**
     * Whether this site dials for its channels of a role, if only after {@link #yieldNs}: where both sites may dial, but only
     * this one can, its acceptors would wait for ever.
     */
    boolean dials(ChannelRole role) {
        return leads(role)
                || mine.get() == DialMode.BOTH && (role == ChannelRole.CONNECTOR || together() == DialMode.BOTH);
    }

    /** How long to wait for the peer's dial before this site dials itself for a channel of a role. */
    long yieldNs(ChannelRole role) {
        return leads(role) ? 0 : YIELD_NS;
    }

    /** Which of the relay's connections the bridge of a channel of a role is. */
    Leg leg(ChannelRole role) {
        return leads(role) ? Leg.OUTSIDE_TO_PEER : Leg.PEER_TO_OUTSIDE;
    }
}
