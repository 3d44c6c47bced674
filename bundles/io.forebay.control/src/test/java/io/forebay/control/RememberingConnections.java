/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxyConnections;
import io.forebay.api.proxy.ProxyRefusedException;
import io.forebay.api.proxy.ProxySection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Connections by name and the DRBD's IP, without relays behind them; the first of a name has a relay of that name. Refuses an
 * option or a plugin called {@code bad}, and has a remark on {@code lzma}.
 */
final class RememberingConnections implements ProxyConnections {

    private final Map<String, ProxyConnection> byRelay = new LinkedHashMap<>();

    @Override
    public List<String> add(ProxyConnection wanted) throws ProxyRefusedException {
        ProxyConnection old = byRelay.getOrDefault(relayName(wanted), wanted);
        Map<String, String> options = new LinkedHashMap<>(old.options());
        options.putAll(wanted.options());
        return put(wanted.with(options, old.plugins()));
    }

    @Override
    public List<String> put(ProxyConnection wanted) throws ProxyRefusedException {
        if (wanted.options().containsKey("bad") || wanted.plugins().contains("bad")) {
            throw new ProxyRefusedException("bad is not there.");
        }
        byRelay.put(relayName(wanted), wanted);
        return wanted.plugins().contains("lzma") ? List.of("lzma is zstd.") : List.of();
    }

    @Override
    public boolean remove(String name) throws ProxyRefusedException {
        if (name.equals("of-a-file")) {
            throw new ProxyRefusedException("of-a-file is that of a file.");
        }
        return byRelay.values().removeIf(one -> one.name().equals(name));
    }

    @Override
    public List<ProxyConnection> all() {
        return new ArrayList<>(byRelay.values());
    }

    @Override
    public String relayName(ProxyConnection connection) {
        ProxyConnection first = byRelay.getOrDefault(connection.name(), connection);
        return host(first).equals(host(connection)) ? connection.name() : connection.name() + "@" + host(connection);
    }

    private static String host(ProxyConnection connection) {
        return connection.drbd().replaceFirst(":\\d+$", "");
    }

    @Override
    public List<ProxySection> inDrbdConf() {
        return List.of();
    }
}
