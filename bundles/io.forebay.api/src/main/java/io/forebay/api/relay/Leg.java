/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

/**
 * The six connections of a relay, as seen from this site; each is named by who dials whom.
 *
 * <pre>
 *  local DRBD ──DRBD_TO_INSIDE──▶ this Forebay ◀──PEER_TO_OUTSIDE── peer ──FAR_INSIDE_TO_FAR_DRBD──▶ far DRBD
 *  local DRBD ◀──INSIDE_TO_DRBD── this Forebay ──OUTSIDE_TO_PEER──▶ peer ◀──FAR_DRBD_TO_FAR_INSIDE── far DRBD
 * </pre>
 */
public enum Leg {
    /** The local DRBD dials this Forebay's inside. */
    DRBD_TO_INSIDE,
    /** This Forebay dials the local DRBD. */
    INSIDE_TO_DRBD,
    /** This Forebay dials the peer Forebay's outside: the bridge of its connector. */
    OUTSIDE_TO_PEER,
    /** The peer Forebay dials this one's outside: the bridge of the acceptor here. */
    PEER_TO_OUTSIDE,
    /** The far DRBD dials the peer Forebay's inside. */
    FAR_DRBD_TO_FAR_INSIDE,
    /** The peer Forebay dials the far DRBD. */
    FAR_INSIDE_TO_FAR_DRBD
}
