/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxySection;
import io.forebay.api.text.AddressText;
import io.forebay.config.drbdconf.DrbdConfSections.Proxy;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * One end of a relayed connection, complete and checked.
 *
 * @param hosts where its proxy runs
 * @param settings those inherited included
 */
record ProxyEnd(
        List<String> hosts,
        InetSocketAddress inside,
        InetSocketAddress outside,
        InetSocketAddress drbd,
        ProxySettings settings,
        DrbdConfPlace place) {

    /**
     * Checks one end.
     *
     * @param drbd the address of DRBD itself, or {@code null}
     * @param inherited what the resource says
     */
    static ProxyEnd of(Proxy proxy, DrbdConfAddress drbd, ProxySettings inherited) throws DrbdConfException {
        return new ProxyEnd(
                proxy.hosts(),
                required(proxy.inside(), proxy, "inside address, where its DRBD dials", "inside 127.0.0.1:7815"),
                required(proxy.outside(), proxy, "outside address, where its peer dials", "outside 192.0.2.1:7715"),
                required(drbd, proxy, "address of its DRBD", "address 127.0.0.1:7915"),
                proxy.settings().under(inherited),
                proxy.place());
    }

    private static InetSocketAddress required(DrbdConfAddress address, Proxy proxy, String what, String example)
            throws DrbdConfException {
        if (address == null) {
            throw new DrbdConfException(
                    proxy.place(),
                    "the proxy on " + String.join(" ", proxy.hosts()) + " has no " + what + ": write one, for example "
                            + example + ".");
        }
        return address.socket();
    }

    /** Host names are compared as drbdadm 9 does it, without regard to case. */
    boolean runsOn(String host) {
        return hosts.stream().anyMatch(host::equalsIgnoreCase);
    }

    /**
     * The relay on this end, whose counterpart is the other, as drbdadm would configure it. Its name is {@code
     * RESOURCE-PEER-OWN}, where peer and own are the hosts of the two proxies, several joined by {@code _}: what drbdadm
     * says in 8.4 mode, and from 9.0 to 9.34.
     */
    ProxySection towards(ProxyEnd peer, String resource) {
        ProxyConnection connection = new ProxyConnection(
                resource + "-" + String.join("_", peer.hosts) + "-" + String.join("_", hosts),
                AddressText.of(inside),
                AddressText.of(peer.outside),
                AddressText.of(outside),
                AddressText.of(drbd),
                settings.byKey(),
                settings.plugins());
        return new ProxySection(resource, place.toString(), connection);
    }
}
