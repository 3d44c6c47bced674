/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import com.fasterxml.jackson.jr.ob.JSON;
import io.forebay.tools.control.ControlQuery;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where a simulated node stands: two addresses, or the name of a local relay that has them. */
final class NodeOptions {
    @Option(
            names = "--relay",
            paramLabel = "NAME",
            description = "the relay of the Forebay that runs here; its inside and drbd addresses are used")
    private String relay;

    @Option(names = "--inside", paramLabel = "IP:PORT", description = "where the relay listens for its DRBD")
    private String inside;

    @Option(names = "--drbd", paramLabel = "IP:PORT", description = "where the relay dials its DRBD")
    private String drbd;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description =
                    "how long to look for the other node, at first and after a loss (default: 60, of a standby 600)")
    private double waitSeconds;

    @Option(names = "--json", description = "print the result as one JSON object")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this")
    private boolean help;

    private final ControlQuery query = ControlQuery.ofThisBase();

    boolean json() {
        return json;
    }

    long waitNs(double defaultSeconds) {
        return (long) (1e9 * (waitSeconds > 0 ? waitSeconds : defaultSeconds));
    }

    /** @throws IllegalArgumentException if they are not given as they must be, with a sentence */
    SimAddresses addresses() throws IOException {
        if (relay != null) {
            ContentOptions.require(
                    inside == null && drbd == null, "--relay has both addresses: leave out --inside and --drbd");
            ContentOptions.require(
                    ControlQuery.isRelayName(relay), "--relay is " + relay + ", which is no name of a relay");
            Map<?, ?> settings =
                    (Map<?, ?>) rows("forebay:show --json " + relay).get(0);
            return new SimAddresses(
                    address("inside", String.valueOf(settings.get("inside"))),
                    address("drbd", String.valueOf(settings.get("drbd"))));
        }
        if (inside == null || drbd == null) {
            throw new IllegalArgumentException(
                    "give --relay, the name of a relay of the Forebay that runs here, or both --inside and --drbd");
        }
        return new SimAddresses(address("--inside", inside), address("--drbd", drbd));
    }

    /** Of the relay that listens at the address, if the Forebay that has it can be asked. */
    RelayGauge gauge(SimAddresses addresses) {
        String name = "";
        if (query.isPossible()) {
            try {
                for (Object row : rows("forebay:show --json")) {
                    Map<?, ?> settings = (Map<?, ?>) row;
                    if (addresses.inside().equals(address("inside", String.valueOf(settings.get("inside"))))) {
                        name = String.valueOf(settings.get("relay"));
                    }
                }
            } catch (IOException e) {
                name = ""; // then without
            }
        }
        return new RelayGauge(query, name);
    }

    private List<Object> rows(String command) throws IOException {
        return JSON.std.listFrom(query.ask(command));
    }

    private static InetSocketAddress address(String what, String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon).replaceAll("^\\[(.*)]$", "$1");
        String port = text.substring(colon + 1);
        if (host.isEmpty() || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException(what + " is " + text + ", but must be an address and a port, as in"
                    + " 127.0.0.1:7789 or [::1]:7789");
        }
        InetSocketAddress address = new InetSocketAddress(host, Integer.parseInt(port));
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(what + " names " + host + ", which has no address; write an IP address");
        }
        return address;
    }
}
