/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A connection that was lost.
 *
 * @param position up to which all was certain then: acknowledged, or taken
 */
record Loss(Instant at, long position, String why) {
    static Loss now(long position, Exception why) {
        return new Loss(Instant.now().truncatedTo(ChronoUnit.MILLIS), position, Failure.text(why));
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("at", at.toString());
        fields.put("position", position);
        fields.put("why", why);
        return fields;
    }

    @Override
    public String toString() {
        return at + " at byte " + position + ": " + why;
    }
}
