/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes records as JSON; the names are those of their components. */
final class JsonText {

    private static final JSON WRITER =
            JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT, JSON.Feature.WRITE_NULL_PROPERTIES);

    private JsonText() {}

    static String of(List<? extends Record> rows) {
        try {
            return WRITER.asString(plain(rows));
        } catch (IOException e) {
            throw new UncheckedIOException("rows cannot be written as JSON: rows=" + rows.size(), e);
        }
    }

    private static Object plain(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(JsonText::plain).toList();
        }
        if (value instanceof Record row) {
            Map<String, Object> fields = new LinkedHashMap<>();
            for (RecordComponent component : row.getClass().getRecordComponents()) {
                fields.put(component.getName(), plain(component(row, component)));
            }
            return fields;
        }
        return value;
    }

    private static Object component(Record row, RecordComponent component) {
        try {
            return component.getAccessor().invoke(row);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("component cannot be read: component=" + component, e);
        }
    }
}
