/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.BandwidthStatus;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.transport.Loop;

/** How a relay may use its lines: its own rate, its share of that of all relays, and what its sockets cannot have. Thread-safe. */
final class RelayLine {

    private final Engine engine;
    private final ChannelHome home;
    private final ScheduledRate rate;
    private final RateShare share;
    private volatile String problem = "";

    /** Nothing is limited until settings are put. */
    RelayLine(Engine engine, ChannelHome home, Loop control) {
        this.engine = engine;
        this.home = home;
        this.rate = new ScheduledRate(engine.surroundings().clock(), control, this::onRate);
        this.share = new RateShare(engine.bandwidth().rate());
    }

    /** Takes settings; what is limited is so at once. */
    void put(RelaySettings settings) {
        String congestion = settings.line().congestion();
        problem = congestion.isEmpty()
                ? ""
                : engine.transport()
                        .congestionProblem(congestion)
                        .map(reason -> "congestion %s %s".formatted(congestion, reason))
                        .orElse("");
        if (!problem.isEmpty()) {
            engine.surroundings().events().onSentence(settings.name(), problem);
        }
        rate.put(settings.line().bwlimit());
    }

    private void onRate(String sentence) {
        if (!sentence.isEmpty()) {
            engine.surroundings().events().onNews(home.settings().name(), sentence);
        }
        home.channels().each(Channel::onLineSettings);
    }

    LineRate rate() {
        return rate.rate();
    }

    RateShare share() {
        return share;
    }

    /** What its sockets cannot have, a sentence; empty if they have what is wanted. */
    String problem() {
        return problem;
    }

    BandwidthStatus status() {
        return new BandwidthStatus(rate.status(), engine.bandwidth().status());
    }

    void close() {
        rate.close();
    }
}
