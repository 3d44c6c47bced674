/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.Fault;
import io.forebay.api.relay.Leg;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.text.AddressText;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What a relay knows of a line that only one site can dial, though both are to: that one dials for the other's connectors, too,
 * so nothing is broken that a channel would tell. A dial proves something only while another channel is established, for else it
 * may be the line that is gone. Thread-safe.
 */
final class OneWayLine {

    /** So many dials in a row; a single one may have met with a packet that was lost. */
    private static final int FAILED_MIN = 2;

    private final InstantSource clock;

    /** This site's dials since the last that went well; {@code null} if none failed. */
    private Fault inVain;

    /** Whether the peer has dialled for this site since then. */
    private boolean peerDials;

    /** Whether this site dials for the peer, which says that its own dials fail. */
    private boolean dialsForPeer;

    OneWayLine(InstantSource clock) {
        this.clock = clock;
    }

    /** A dial of this site failed while another channel was established; a refusal by the peer shows that it got there. */
    synchronized void onDialFailed(String error) {
        Instant now = clock.instant();
        Fault failed = inVain == null ? new Fault(Leg.OUTSIDE_TO_PEER, now, now, 1, error) : inVain.again(now, error);
        if (FaultKind.of(Optional.of(failed)) == FaultKind.REFUSED_BY_PEER) {
            onReached();
        } else {
            inVain = failed;
        }
    }

    private void onReached() {
        inVain = null;
        peerDials = false;
    }

    /** A channel of a role has its bridge, which this site has dialled or the peer. */
    synchronized void onBridge(ChannelRole role, boolean dialled, Hello peer) {
        if (dialled) {
            onReached();
            dialsForPeer |= role == ChannelRole.ACCEPTOR && peer.dialsInVain();
        } else {
            dialsForPeer = false;
            peerDials |= role == ChannelRole.CONNECTOR && isInVain();
        }
    }

    /** No channel is established any more: what was found may have been the beginning of that. */
    synchronized void onLineLost() {
        onReached();
        dialsForPeer = false;
    }

    /** Whether this site's last dials failed though another channel was established. */
    synchronized boolean isInVain() {
        return inVain != null && inVain.count() >= FAILED_MIN;
    }

    /** Which site dials for both, why, and what to do about it; empty if neither does. */
    synchronized String problem(RelayAddresses addresses) {
        if (peerDials) {
            String peer = AddressText.of(addresses.peer());
            return ("this site cannot dial the peer at %s%s, so the peer dials for both: check that this is the outside of the"
                            + " peer, and that packet filters let TCP to it through; or say dial = inbound here and outbound"
                            + " there")
                    .formatted(peer, DiagnosisWords.tries(inVain, peer));
        }
        return dialsForPeer
                ? ("the peer cannot dial the outside at %s, so this site dials for both: check that this is the peer at the"
                                + " other site, and that packet filters let TCP to it through; or say dial = outbound here"
                                + " and inbound there")
                        .formatted(AddressText.of(addresses.outside()))
                : "";
    }
}
