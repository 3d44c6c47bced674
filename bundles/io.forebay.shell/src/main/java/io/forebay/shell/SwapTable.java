/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.text.TextTable;
import java.util.List;

/** What was taken for what: {@code forebay:swap}. */
final class SwapTable {

    /**
     * One relay.
     *
     * @param kind codec or bab
     * @param before what was configured
     * @param now what is
     * @param remark how long it lasts, and what is taken for something else; may be empty
     */
    record Row(String relay, String kind, String before, String now, String remark) {}

    private SwapTable() {}

    static String text(List<Row> rows) {
        TextTable table = new TextTable("Name", "Kind", "Before", "Now", "Remark");
        rows.forEach(
                row -> table.row(row.relay, row.kind, row.before, row.now, row.remark.isEmpty() ? "-" : row.remark));
        return table.toString();
    }
}
