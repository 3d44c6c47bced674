/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import com.fasterxml.jackson.jr.ob.JSON;
import io.forebay.tools.control.ControlQuery;
import java.io.IOException;
import java.util.Map;

/**
 * Looks now and then whether the one relay of a Forebay works as it was configured: a codec or an allocator that is not there
 * costs no byte, so nothing else would tell. For one thread.
 */
final class RelayWatch {
    private static final long EVERY_NS = 1_000_000_000;

    private final String site;
    private final ControlQuery query;
    private long lookedNs = System.nanoTime();

    RelayWatch(String site, ControlQuery query) {
        this.site = site;
        this.query = query;
    }

    /** Whether it has chosen its codec and has its memory; true if it cannot be asked. */
    boolean isOpen() throws IOException {
        if (!query.isPossible()) {
            return true;
        }
        Map<String, Object> row = row();
        requireNoProblem(row);
        return !row.isEmpty() && !"allocating".equals(row.get("state"));
    }

    /** Looks, if it was not done within the last second; fails with the relay's words if there is a problem. */
    void look() throws IOException {
        if (System.nanoTime() - lookedNs < EVERY_NS || !query.isPossible()) {
            return;
        }
        requireNoProblem(row());
        lookedNs = System.nanoTime();
    }

    /** The relay's line of the listing; empty if there is none yet, or the Forebay is too busy or too dead to answer. */
    private Map<String, Object> row() {
        try {
            Object[] rows = JSON.std.arrayFrom(query.ask("forebay:list --json"));
            return rows.length == 0 ? Map.of() : JSON.std.mapFrom(JSON.std.asString(rows[0]));
        } catch (IOException e) {
            return Map.of();
        }
    }

    private void requireNoProblem(Map<String, Object> row) throws IOException {
        String problem = String.valueOf(row.getOrDefault("problem", ""));
        if (!problem.isEmpty()) {
            throw new IOException("the Forebay of site " + site + " cannot relay as asked: " + problem);
        }
    }
}
