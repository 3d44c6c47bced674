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

/** Connections by name, without relays behind them; refuses an option or a plugin called {@code bad}. */
final class RememberingConnections implements ProxyConnections {

    private final Map<String, ProxyConnection> byName = new LinkedHashMap<>();

    @Override
    public List<String> add(ProxyConnection wanted) throws ProxyRefusedException {
        ProxyConnection old = byName.getOrDefault(wanted.name(), wanted);
        Map<String, String> options = new LinkedHashMap<>(old.options());
        options.putAll(wanted.options());
        return put(wanted.with(options, old.plugins()));
    }

    @Override
    public List<String> put(ProxyConnection wanted) throws ProxyRefusedException {
        if (wanted.options().containsKey("bad") || wanted.plugins().contains("bad")) {
            throw new ProxyRefusedException("bad is not there.");
        }
        byName.put(wanted.name(), wanted);
        return wanted.plugins().contains("lzma") ? List.of("lzma is zstd.") : List.of();
    }

    @Override
    public boolean remove(String name) {
        return byName.remove(name) != null;
    }

    @Override
    public List<ProxyConnection> all() {
        return new ArrayList<>(byName.values());
    }

    @Override
    public String relayName(ProxyConnection connection) {
        return connection.name();
    }

    @Override
    public List<ProxySection> inDrbdConf() {
        return List.of();
    }
}
