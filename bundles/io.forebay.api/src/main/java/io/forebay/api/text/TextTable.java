/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.text;

import java.util.ArrayList;
import java.util.List;

/** Lines up columns of text, two spaces apart. For one thread. */
public final class TextTable {

    private final List<List<String>> lines = new ArrayList<>();

    /** Begins a table with the titles of its columns. */
    public TextTable(String... titles) {
        lines.add(List.of(titles));
    }

    /** Adds a line; as many cells as there are titles. */
    public void row(Object... cells) {
        List<String> line = new ArrayList<>();
        for (Object cell : cells) {
            line.add(String.valueOf(cell));
        }
        lines.add(line);
    }

    /** All lines, without an end of line after the last. */
    @Override
    public String toString() {
        int[] width = new int[lines.get(0).size()];
        for (List<String> line : lines) {
            for (int column = 0; column < width.length; column++) {
                width[column] = Math.max(width[column], line.get(column).length());
            }
        }
        List<String> texts = new ArrayList<>();
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int column = 0; column < width.length; column++) {
                String cell = line.get(column);
                text.append(cell).append(" ".repeat(width[column] - cell.length() + 2));
            }
            texts.add(text.toString().stripTrailing());
        }
        return String.join("\n", texts);
    }
}
