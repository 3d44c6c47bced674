/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.text.AddressText;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * One relay as a {@code drbd.conf} describes it, seen from one of its two hosts.
 *
 * @param name {@code RESOURCE-PEER-OWN}, where peer and own are the hosts of the two proxies, several joined by {@code _};
 *     the name that drbdadm gives it (8.4 mode, and 9.0 to 9.34); two relays between the same hosts share it
 * @param resource the resource
 * @param inside where the local DRBD dials
 * @param peerOutside where the peer's proxy listens for this one
 * @param ownOutside where this proxy listens for the peer's
 * @param drbd where the local DRBD listens
 * @param options as typed, in the order in which drbdadm sends them
 * @param plugins the words of each, in the order in which drbdadm sends them
 * @param place of the {@code proxy} section of this host
 */
public record DrbdConfRelay(
        String name,
        String resource,
        InetSocketAddress inside,
        InetSocketAddress peerOutside,
        InetSocketAddress ownOutside,
        InetSocketAddress drbd,
        LinkedHashMap<String, String> options,
        List<String> plugins,
        DrbdConfPlace place) {

    public DrbdConfRelay {
        options = new LinkedHashMap<>(options);
        plugins = List.copyOf(plugins);
    }

    @Override
    public LinkedHashMap<String, String> options() {
        return new LinkedHashMap<>(options);
    }

    /** The relay as drbdadm would configure it. */
    public ProxyConnection connection() {
        return new ProxyConnection(
                name,
                AddressText.of(inside),
                AddressText.of(peerOutside),
                AddressText.of(ownOutside),
                AddressText.of(drbd),
                options,
                plugins);
    }
}
