/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.proxy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;

/**
 * A relay in the words of {@code drbd.conf}: what {@code drbdadm} says with {@code add connection} and {@code set}. All
 * texts are as they were typed, because {@code drbdadm adjust} compares them with its configuration.
 *
 * @param name the connection's name, as drbdadm forms it: {@code r0-bob-alice}; relays of several nodes may share one
 * @param inside where the local DRBD dials this Forebay, {@code ip:port} or {@code [ipv6]:port}
 * @param peer the peer Forebay's outside address
 * @param outside where the peer Forebay dials this one
 * @param drbd the local DRBD's own address
 * @param options the options of a {@code proxy} section, {@code memlimit} for example, in the order they were set
 * @param plugins the lines of its {@code plugin} section, {@code zstd level 7} for example, by index
 */
public record ProxyConnection(
        String name,
        String inside,
        String peer,
        String outside,
        String drbd,
        Map<String, String> options,
        List<String> plugins) {

    public ProxyConnection {
        Objects.requireNonNull(name);
        Objects.requireNonNull(inside);
        Objects.requireNonNull(peer);
        Objects.requireNonNull(outside);
        Objects.requireNonNull(drbd);
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        plugins = List.copyOf(plugins);
    }

    /** The same with other options and plugins. */
    public ProxyConnection with(Map<String, String> otherOptions, List<String> otherPlugins) {
        return new ProxyConnection(name, inside, peer, outside, drbd, otherOptions, otherPlugins);
    }

    /** The same with an option set. */
    public ProxyConnection with(String option, String value) {
        Map<String, String> changed = new LinkedHashMap<>(options);
        changed.put(option, value);
        return with(changed, plugins);
    }

    /**
     * The same with a plugin line.
     *
     * @param index which line: that of a line there is, or the one after the last
     */
    public ProxyConnection with(int index, String words) {
        List<String> changed = new ArrayList<>(plugins);
        if (index == changed.size()) {
            changed.add(words);
        } else {
            changed.set(index, words);
        }
        return with(options, changed);
    }

    /** The same with no plugin line from an index on. */
    public ProxyConnection withPluginsUpTo(int index) {
        return with(options, plugins.subList(0, Math.min(index, plugins.size())));
    }

    /**
     * The commands of {@code drbd-proxy-ctl} that would make it, as drbdadm sends them: options at the end of the first as
     * well, as drbd-utils do from 9.30 on.
     */
    public List<String> commands() {
        StringJoiner add = new StringJoiner(" ");
        add.add("add connection").add(name).add(inside).add(peer).add(outside).add(drbd);
        options.forEach((option, value) -> add.add("--" + option + "=" + value));
        List<String> commands = new ArrayList<>();
        commands.add(add.toString());
        options.forEach((option, value) -> commands.add("set " + option + " " + name + " " + value));
        for (int i = 0; i < plugins.size(); i++) {
            commands.add("set plugin " + name + " " + i + " " + plugins.get(i));
        }
        if (!plugins.isEmpty()) {
            commands.add("set plugin " + name + " " + plugins.size() + " END");
        }
        return commands;
    }
}
