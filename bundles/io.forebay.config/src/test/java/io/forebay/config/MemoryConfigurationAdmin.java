/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.relay.Relays;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * Config Admin and Declarative Services as far as relays need them: configurations in memory, and a {@link ConfiguredRelay}
 * for each that has properties, called in a thread of its own as in the framework.
 */
final class MemoryConfigurationAdmin implements ConfigurationAdmin, AutoCloseable {

    private final Relays relays;
    private final RelayOutcomes outcomes;
    private final Map<String, Dictionary<String, Object>> properties =
            Collections.synchronizedMap(new LinkedHashMap<>());
    private final ExecutorService updates = Executors.newSingleThreadExecutor();
    private final Map<String, ConfiguredRelay> components = new HashMap<>();

    MemoryConfigurationAdmin(Relays relays, RelayOutcomes outcomes) {
        this.relays = relays;
        this.outcomes = outcomes;
    }

    /** What becomes of a relay's file; returns when that has been done. */
    void addFile(String name, Map<String, Object> lines) throws Exception {
        Dictionary<String, Object> file = new Hashtable<>(lines);
        file.put("felix.fileinstall.filename", "file:/opt/forebay/etc/io.forebay.relay-" + name + ".cfg");
        update(RelayFile.FACTORY_PID + "~" + name, file);
        updates.submit(() -> {}).get();
    }

    int size() {
        return properties.size();
    }

    private void update(String pid, Dictionary<String, ?> wanted) {
        Dictionary<String, Object> copy = copy(wanted);
        copy.put("service.pid", pid);
        copy.put("service.factoryPid", RelayFile.FACTORY_PID);
        properties.put(pid, copy);
        Map<String, Object> passed = map(copy);
        updates.execute(() -> {
            ConfiguredRelay component = components.get(pid);
            if (component == null) {
                components.put(pid, new ConfiguredRelay(relays, outcomes, passed));
            } else {
                component.modified(passed);
            }
        });
    }

    private void delete(String pid) {
        properties.remove(pid);
        updates.execute(() -> {
            ConfiguredRelay component = components.remove(pid);
            if (component != null) {
                component.deactivate();
            }
        });
    }

    private static Map<String, Object> map(Dictionary<String, ?> dictionary) {
        Map<String, Object> map = new HashMap<>();
        Collections.list(dictionary.keys()).forEach(key -> map.put(key, dictionary.get(key)));
        return map;
    }

    private static Dictionary<String, Object> copy(Dictionary<String, ?> dictionary) {
        return new Hashtable<>(map(dictionary));
    }

    /**
     * A handle on the configuration of a PID, which need not exist.
     *
     * @param listed whether it is of a list; with one of these Felix, when it stores nothing, loses the next change
     */
    @SuppressWarnings("unchecked")
    private Configuration handle(String pid, boolean listed) {
        Class<?>[] types = {Configuration.class};
        return (Configuration) Proxy.newProxyInstance(
                getClass().getClassLoader(), types, (handle, method, arguments) -> {
                    switch (method.getName() + (arguments == null ? 0 : arguments.length)) {
                        case "getPid0":
                            return pid;
                        case "getProperties0":
                            return properties.containsKey(pid) ? copy(properties.get(pid)) : null;
                        case "update1":
                            if (listed) {
                                throw new AssertionError("one of a list is for looking only");
                            }
                            update(pid, (Dictionary<String, ?>) arguments[0]);
                            return null;
                        case "delete0":
                            delete(pid);
                            return null;
                        default:
                            throw new UnsupportedOperationException(method.toString());
                    }
                });
    }

    @Override
    public Configuration getFactoryConfiguration(String factoryPid, String name, String location) {
        return handle(factoryPid + "~" + name, false);
    }

    @Override
    public Configuration[] listConfigurations(String filter) {
        if (!filter.equals("(service.factoryPid=" + RelayFile.FACTORY_PID + ")")) {
            throw new UnsupportedOperationException(filter);
        }
        synchronized (properties) {
            return properties.isEmpty()
                    ? null
                    : properties.keySet().stream().map(pid -> handle(pid, true)).toArray(Configuration[]::new);
        }
    }

    @Override
    public Configuration getFactoryConfiguration(String factoryPid, String name) {
        throw new UnsupportedOperationException("binds it to the caller's bundle");
    }

    @Override
    public Configuration createFactoryConfiguration(String factoryPid) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Configuration createFactoryConfiguration(String factoryPid, String location) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Configuration getConfiguration(String pid, String location) {
        return handle(pid, false);
    }

    @Override
    public Configuration getConfiguration(String pid) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        updates.shutdownNow();
    }
}
