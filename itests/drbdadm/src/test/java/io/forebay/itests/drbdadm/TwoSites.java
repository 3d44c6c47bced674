/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.drbdadm;

import io.forebay.itests.drbdadm.DrbdadmDryRun.Mode;
import io.forebay.testkit.drbd.FreeAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** A resource r0 of the hosts alice and bob, each with its own proxy, as a configuration and as what kernels say of it. */
record TwoSites(Site alice, Site bob) {

    /** One site's sockets. */
    record Site(InetSocketAddress drbd, InetSocketAddress inside, InetSocketAddress outside) {

        private String conf(String host) {
            return "on %s { address %s; proxy on %s { inside %s; outside %s; } }"
                    .formatted(host, text(drbd), host, text(inside), text(outside));
        }
    }

    static Site at(String ip, int drbd, int inside, int outside) {
        return new Site(
                new InetSocketAddress(ip, drbd), new InetSocketAddress(ip, inside), new InetSocketAddress(ip, outside));
    }

    /** A site whose ports nobody listens on. */
    static Site free(String ip) throws IOException {
        List<InetSocketAddress> free = FreeAddresses.of(InetAddress.getByName(ip), 3);
        return at(ip, free.get(0).getPort(), free.get(1).getPort(), free.get(2).getPort());
    }

    /** The configuration with the content of its proxy section. */
    String conf(String section) {
        return """
            global { usage-count no; disable-ip-verification; }
            resource r0 {
                net { protocol A; }
                device minor 15; disk /dev/vg0/r0; meta-disk internal;
                proxy { %s }
                %s
                %s
            }
            """.formatted(section, alice.conf("alice"), bob.conf("bob"));
    }

    /** What drbdsetup says at alice's when the resource is up; drbdadm numbers the hosts from the last. */
    String aliceKernel(Mode mode) {
        return kernel(mode, alice, 1, 0, "bob");
    }

    String bobKernel(Mode mode) {
        return kernel(mode, bob, 0, 1, "alice");
    }

    private static String kernel(Mode mode, Site site, int own, int peer, String peerName) {
        String volume = "volume 0 { device minor 15; disk \"/dev/vg0/r0\"; meta-disk internal; }";
        return switch (mode) {
            case NINE -> """
                resource "r0" {
                    _this_host { node-id %d; %s }
                    connection {
                        _peer_node_id %d;
                        path { _this_host ipv4 %s; _remote_host ipv4 %s; }
                        net { protocol A; _name "%s"; }
                        volume 0 { disk { } }
                    }
                }
                """.formatted(own, volume, peer, text(site.drbd()), text(site.inside()), peerName);
            case EIGHT_FOUR -> """
                resource r0 {
                    options { }
                    net { protocol A; }
                    _remote_host { address ipv4 %s; }
                    _this_host { address ipv4 %s; %s }
                }
                """.formatted(text(site.inside()), text(site.drbd()), volume);
        };
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
