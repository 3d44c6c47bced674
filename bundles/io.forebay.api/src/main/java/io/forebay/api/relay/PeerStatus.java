/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.List;

/**
 * The peer Forebay, as it last said itself; all empty while it has never been there.
 *
 * @param host its machine's name
 * @param inside where the far DRBD dials it
 * @param drbd where it dials the far DRBD
 * @param dial which site is to dial the WAN, as it says; {@code BOTH} while it has not said it
 * @param codecs the names of the codecs that it can decompress now
 */
public record PeerStatus(String host, String inside, String drbd, DialMode dial, List<String> codecs) {

    /** A peer that has never been there. */
    public static final PeerStatus UNKNOWN = new PeerStatus("", "", "", DialMode.BOTH, List.of());

    /** Of a peer that says that both sites dial. */
    public PeerStatus(String host, String inside, String drbd, List<String> codecs) {
        this(host, inside, drbd, DialMode.BOTH, codecs);
    }

    public PeerStatus {
        codecs = List.copyOf(codecs);
    }
}
