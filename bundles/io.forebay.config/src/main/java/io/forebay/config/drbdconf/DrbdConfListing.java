/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.api.proxy.ProxySection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows relays: a block of lines for each, or plain maps for JSON. */
final class DrbdConfListing {

    private DrbdConfListing() {}

    /** A block for each, an empty line between two; without an end of line after the last. */
    static String text(List<ProxySection> sections) {
        return sections.stream().map(DrbdConfListing::block).collect(Collectors.joining("\n\n"));
    }

    private static String block(ProxySection section) {
        return fields(section).entrySet().stream()
                .map(field -> String.format("%-8s  %s", field.getKey(), words(field.getValue()))
                        .stripTrailing())
                .collect(Collectors.joining("\n"));
    }

    private static String words(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.isEmpty()
                    ? "none"
                    : map.entrySet().stream()
                            .map(option -> option.getKey() + " " + option.getValue())
                            .collect(Collectors.joining("; "));
        }
        if (value instanceof List<?> list) {
            return list.isEmpty() ? "none" : list.stream().map(String::valueOf).collect(Collectors.joining("; "));
        }
        return String.valueOf(value);
    }

    /** What is shown of a relay, in this order; the values are texts, a map of options and a list of plugins. */
    static Map<String, Object> fields(ProxySection section) {
        ProxyConnection connection = section.connection();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", connection.name());
        fields.put("resource", section.resource());
        fields.put("inside", connection.inside());
        fields.put("drbd", connection.drbd());
        fields.put("outside", connection.outside());
        fields.put("peer", connection.peer());
        fields.put("options", connection.options());
        fields.put("plugins", connection.plugins());
        fields.put("place", section.place());
        return fields;
    }
}
