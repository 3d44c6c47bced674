/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.text.TextTable;
import java.util.List;

/** What a command changed: {@code forebay:up}, {@code down}, {@code adjust} and {@code set}. */
final class ChangeTable {

    /**
     * One connection.
     *
     * @param change added, changed, removed or unchanged
     * @param remark what is taken for something else, or has no effect; may be empty
     */
    record Row(String connection, String change, String remark) {}

    private ChangeTable() {}

    static String text(List<Row> rows) {
        if (rows.isEmpty()) {
            return "There is nothing to change.";
        }
        TextTable table = new TextTable("Name", "Change", "Remark");
        rows.forEach(row -> table.row(row.connection, row.change, row.remark.isEmpty() ? "-" : row.remark));
        return table.toString();
    }
}
