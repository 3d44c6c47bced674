/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What happened, one line per event; put into words only if somebody asks. */
final class Chronicle {

    private record Entry(long atNs, String who, Supplier<String> what) {}

    private final LongSupplier nowNs;
    private final List<Entry> entries = new ArrayList<>();

    Chronicle(LongSupplier nowNs) {
        this.nowNs = nowNs;
    }

    void add(String who, Supplier<String> what) {
        entries.add(new Entry(nowNs.getAsLong(), who, what));
    }

    /** Time in milliseconds, who, what. */
    List<String> lines() {
        return entries.stream()
                .map(one -> String.format(Locale.ROOT, "%10.3f ms  %-10s %s", one.atNs / 1e6, one.who, one.what.get()))
                .toList();
    }
}
