/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxyConnections;
import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.proxy.ProxySection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Connections in a list, and a {@code drbd.conf} that is what a test says. Refuses an option called {@code bad}. */
final class StubConnections implements ProxyConnections {

    private static final String TWIN_DRBD = "10.0.0.2:7915";

    final List<ProxyConnection> running = new ArrayList<>();
    final List<ProxySection> drbdConf = new ArrayList<>();

    /** What is wrong with {@code drbd.conf}; empty if nothing is. */
    String problem = "";

    static ProxyConnection connection(String name) {
        return new ProxyConnection(
                name,
                "127.0.0.1:7815",
                "192.0.2.2:7715",
                "192.0.2.1:7715",
                "127.0.0.1:7915",
                Map.of("memlimit", "512M"),
                List.of("zstd level 7"));
    }

    /** The connection of that name for the DRBD of another node. */
    static ProxyConnection twin(String name) {
        ProxyConnection one = connection(name);
        return new ProxyConnection(
                name, one.inside(), one.peer(), one.outside(), TWIN_DRBD, one.options(), one.plugins());
    }

    /** A section of {@code drbd.conf}, whose place is the line of that number. */
    void section(String resource, String name) {
        drbdConf.add(new ProxySection(resource, "/etc/drbd.conf:" + (drbdConf.size() + 1) + ":1", connection(name)));
    }

    @Override
    public List<String> add(ProxyConnection wanted) {
        throw new AssertionError("the shell says exactly what it wants");
    }

    @Override
    public List<String> put(ProxyConnection wanted) throws ProxyRefusedException {
        if (wanted.options().containsKey("bad")) {
            throw new ProxyRefusedException("There is no option bad.");
        }
        running.removeIf(one -> one.name().equals(wanted.name()) && one.drbd().equals(wanted.drbd()));
        running.add(wanted);
        return wanted.plugins().contains("lzma") ? List.of("lzma is zstd.", "And more.") : List.of();
    }

    @Override
    public boolean remove(String name) {
        return running.removeIf(one -> one.name().equals(name) || relayName(one).equals(name));
    }

    @Override
    public List<ProxyConnection> all() {
        return List.copyOf(running);
    }

    @Override
    public String relayName(ProxyConnection connection) {
        boolean twin = connection.drbd().equals(TWIN_DRBD);
        return twin ? connection.name() + "@twin" : connection.name();
    }

    @Override
    public List<ProxySection> inDrbdConf() throws ProxyRefusedException {
        if (!problem.isEmpty()) {
            throw new ProxyRefusedException(problem);
        }
        return drbdConf;
    }
}
