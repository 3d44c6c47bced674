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

    /** What commands say of their option {@code --json}. */
    static final String JSON = "print JSON";

    Listing {
        rows = List.copyOf(rows);
    }

    /** As text, or, if that is asked for, as JSON. */
    static <R extends Record> Listing<R> of(List<R> rows, boolean json, Function<List<R>, String> text) {
        return new Listing<>(rows, json ? JsonText::of : text);
    }

    String text() {
        return layout.apply(rows);
    }
}
