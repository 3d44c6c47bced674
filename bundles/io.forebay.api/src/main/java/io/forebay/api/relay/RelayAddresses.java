/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * The four addresses of a relay, as {@code drbd.conf} and DRBD Proxy name them.
 *
 * @param inside where the local DRBD dials this Forebay; DRBD is dialled from its IP, too, because DRBD 9 accepts no other
 * @param drbd the local DRBD's own address, which this Forebay dials
 * @param outside where the peer Forebay dials this one
 * @param peer the peer Forebay's outside address, which this one dials
 */
public record RelayAddresses(
        InetSocketAddress inside, InetSocketAddress drbd, InetSocketAddress outside, InetSocketAddress peer) {

    public RelayAddresses {
        Objects.requireNonNull(inside);
        Objects.requireNonNull(drbd);
        Objects.requireNonNull(outside);
        Objects.requireNonNull(peer);
    }
}
