/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

/**
 * The peer Forebay, as it last said itself; all empty while it has never been there.
 *
 * @param host its machine's name
 * @param inside where the far DRBD dials it
 * @param drbd where it dials the far DRBD
 */
public record PeerStatus(String host, String inside, String drbd) {

    /** A peer that has never been there. */
    public static final PeerStatus UNKNOWN = new PeerStatus("", "", "");
}
