/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import com.fasterxml.jackson.jr.ob.JSON;
import io.forebay.tools.control.ControlQuery;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the local relay says of its data channels meanwhile, if there is a Forebay that can be asked. Thread-safe.
 */
final class RelayGauge {
    private record Sent(long wireBytes, double ratio) {}

    private final ControlQuery query;
    private final String relay;
    private final Map<Object, Sent> channels = new LinkedHashMap<>();
    private long backlogBytes;
    private long peakBacklogBytes;
    private boolean answered;

    /** @param relay its name; empty if no relay can be asked */
    RelayGauge(ControlQuery query, String relay) {
        this.query = query;
        this.relay = relay;
    }

    /** Asks; what cannot be asked stays as it was. */
    synchronized void look() {
        if (relay.isEmpty()) {
            return;
        }
        try {
            long backlog = 0;
            for (Object row : JSON.std.listFrom(query.ask("forebay:stats --json " + relay))) {
                Map<?, ?> fields = (Map<?, ?>) row;
                if ("data".equals(fields.get("type")) && "transmit".equals(fields.get("direction"))) {
                    channels.put(
                            fields.get("channel"),
                            new Sent(
                                    ((Number) fields.get("wireBytes")).longValue(),
                                    ((Number) fields.get("ratio")).doubleValue()));
                    backlog += ((Number) fields.get("backlogBytes")).longValue();
                }
            }
            backlogBytes = backlog;
            peakBacklogBytes = Math.max(peakBacklogBytes, backlog);
            answered = true;
        } catch (IOException | RuntimeException e) {
            // a load test does not fail because a relay is too busy to talk about it
        }
    }

    synchronized boolean hasAnswered() {
        return answered;
    }

    String relay() {
        return relay;
    }

    synchronized long backlogBytes() {
        return backlogBytes;
    }

    synchronized long peakBacklogBytes() {
        return peakBacklogBytes;
    }

    synchronized long wireBytes() {
        return channels.values().stream().mapToLong(Sent::wireBytes).sum();
    }

    /** DRBD's bytes per byte over the WAN, of all data channels seen; NaN while there is none. */
    synchronized double ratio() {
        double bytes = channels.values().stream()
                .mapToDouble(sent -> sent.wireBytes * sent.ratio)
                .sum();
        return bytes / wireBytes();
    }
}
