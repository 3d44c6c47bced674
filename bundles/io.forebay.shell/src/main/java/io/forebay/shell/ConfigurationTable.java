/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.text.TextTable;
import java.util.List;

/** A line per configuration, {@code cm:list}, or per property of one, {@code cm:get}. */
final class ConfigurationTable {

    /**
     * One configuration.
     *
     * @param file the URI of the file that it comes from; empty if of none
     */
    record Row(String pid, int properties, String file) {}

    private ConfigurationTable() {}

    static String text(List<Row> rows) {
        if (rows.isEmpty()) {
            return "There is no configuration.";
        }
        TextTable table = new TextTable("PID", "Properties", "File");
        rows.forEach(row -> table.row(row.pid, row.properties, row.file.isEmpty() ? "-" : row.file));
        return table.toString();
    }

    static String propertiesText(List<SettingsTable.Setting> properties) {
        TextTable table = new TextTable("Property", "Value");
        properties.forEach(one -> table.row(one.key(), one.value()));
        return table.toString();
    }
}
