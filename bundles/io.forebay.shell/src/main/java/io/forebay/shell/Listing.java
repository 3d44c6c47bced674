/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import java.util.List;
import java.util.function.Function;

/**
 * What a command returns: rows, and how to show them. Scripts use the rows, people read the text.
 *
 * @param rows records of texts, numbers, and lists of texts or of such records
 * @param layout writes the rows as text, without an end of line after the last
 */
record Listing<R extends Record>(List<R> rows, Function<List<R>, String> layout) {

    Listing {
        rows = List.copyOf(rows);
    }

    String text() {
        return layout.apply(rows);
    }
}
