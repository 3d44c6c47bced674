/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.text.AddressText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;

/**
 * Tells of connections that were refused at the outside, so that an operator learns who and why, and nobody can fill the
 * log: once a minute for each source, and of so many sources at most. Thread-safe.
 */
final class Strangers {

    private static final Duration PERIOD = Duration.ofMinutes(1);

    private static final int SOURCES_MAX = 10;

    private final ChannelEvents events;
    private final InstantSource clock;
    private final Set<InetAddress> told = new HashSet<>();
    private Instant begun = Instant.MIN;
    private long untold;

    Strangers(ChannelEvents events, InstantSource clock) {
        this.events = events;
        this.clock = clock;
    }

    /** One was refused. */
    void on(InetSocketAddress outside, InetSocketAddress remote, String reason) {
        String sentence = count(remote, reason);
        if (!sentence.isEmpty()) {
            events.onSentence(AddressText.of(outside), sentence);
        }
    }

    private synchronized String count(InetSocketAddress remote, String reason) {
        Instant now = clock.instant();
        long before = 0;
        if (begun.equals(Instant.MIN) || begun.plus(PERIOD).isBefore(now)) {
            before = untold;
            told.clear();
            untold = 0;
            begun = now;
        }
        if (told.size() >= SOURCES_MAX || !told.add(remote.getAddress())) {
            untold++;
            return "";
        }
        return "refused a connection from %s: %s%s"
                .formatted(
                        AddressText.of(remote),
                        reason,
                        before == 0 ? "" : " (" + before + " more were refused since the last time this was told)");
    }
}
