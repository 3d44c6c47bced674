/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

/**
 * How long a relay is patient, in milliseconds.
 *
 * @param drainMs how long a backlog is still delivered after its DRBD has gone
 * @param resumeMs how long DRBD's connections are kept while a broken bridge is rebuilt; 0 ends them at once
 * @param pingMs how long a link of a session may be silent until it counts as broken; at least {@link #PING_MIN_MS}
 */
public record RelayTimeouts(int drainMs, int resumeMs, int pingMs) {

    /** Shorter than this no heartbeat can be relied on: they come every 0.2 s. */
    public static final int PING_MIN_MS = 1_000;

    /**
     * What holds where nothing is said. The resume timeout is a little less than the 42 s ({@code timeout} times
     * {@code ko-count}) after which DRBD gives up a peer that does not answer a write.
     */
    public static final RelayTimeouts DEFAULT = new RelayTimeouts(10_000, 30_000, PING_MIN_MS);

    public RelayTimeouts {
        if (drainMs < 0 || resumeMs < 0 || pingMs < PING_MIN_MS) {
            throw new IllegalArgumentException(
                    "timeout too short: drainMs=%d, resumeMs=%d, pingMs=%d (expected: pingMs at least %d)"
                            .formatted(drainMs, resumeMs, pingMs, PING_MIN_MS));
        }
    }
}
