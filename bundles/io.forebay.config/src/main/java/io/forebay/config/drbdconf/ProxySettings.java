/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one level says about options and plugins, in its order.
 *
 * @param options keys and values as typed; a key may occur twice
 * @param plugins the words of each, one blank apart
 */
record ProxySettings(List<Map.Entry<String, String>> options, List<String> plugins) {

    static final ProxySettings NONE = new ProxySettings(List.of(), List.of());

    ProxySettings {
        options = List.copyOf(options);
        plugins = List.copyOf(plugins);
    }

    /**
     * These with what they lack of the level above. drbdadm puts each inherited thing in front of all others, so what is
     * inherited comes first and turned round; plugins are compared by their whole text.
     */
    ProxySettings under(ProxySettings above) {
        List<Map.Entry<String, String>> allOptions = new ArrayList<>(options);
        for (Map.Entry<String, String> option : above.options) {
            if (allOptions.stream().noneMatch(own -> own.getKey().equals(option.getKey()))) {
                allOptions.add(0, option);
            }
        }
        List<String> allPlugins = new ArrayList<>(plugins);
        for (String plugin : above.plugins) {
            if (!allPlugins.contains(plugin)) {
                allPlugins.add(0, plugin);
            }
        }
        return new ProxySettings(allOptions, allPlugins);
    }

    /** The options by key; of a key that occurs twice, the last value, which is the one that stays in force. */
    LinkedHashMap<String, String> byKey() {
        LinkedHashMap<String, String> map = new LinkedHashMap<>();
        options.forEach(option -> map.put(option.getKey(), option.getValue()));
        return map;
    }
}
