/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * The four addresses of a relay, as {@code drbd.conf} and DRBD Proxy name them, and what protects the line between the outer
 * two.
 *
 * @param inside where the local DRBD dials this Forebay; DRBD is dialled from its IP, too, because DRBD 9 accepts no other
 * @param drbd the local DRBD's own address, which this Forebay dials
 * @param outside where the peer Forebay dials this one
 * @param peer the peer Forebay's outside address, which this one dials
 * @param tls whether TLS protects the links, those that are dialled and those that come; the same at both sites
 */
public record RelayAddresses(
        InetSocketAddress inside,
        InetSocketAddress drbd,
        InetSocketAddress outside,
        InetSocketAddress peer,
        boolean tls) {

    /** Of a line that needs no protection, for example of a loopback address. */
    public RelayAddresses(
            InetSocketAddress inside, InetSocketAddress drbd, InetSocketAddress outside, InetSocketAddress peer) {
        this(inside, drbd, outside, peer, false);
    }

    public RelayAddresses {
        Objects.requireNonNull(inside);
        Objects.requireNonNull(drbd);
        Objects.requireNonNull(outside);
        Objects.requireNonNull(peer);
    }
}
