/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.PeerStatus;
import io.forebay.api.relay.RelayConfigurations;
import io.forebay.api.relay.RelayRefusedException;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import java.util.ArrayList;
import java.util.List;

/** Changes codec and allocator of relays in a list, with two remarks; refuses one called {@code bad}. */
final class StubConfigurations implements RelayConfigurations {

    /** What was to be set, as {@code relay key value}. */
    final List<String> asked = new ArrayList<>();

    private final List<RelayStatus> relays;

    StubConfigurations(List<RelayStatus> relays) {
        this.relays = relays;
    }

    @Override
    public List<String> set(String relay, String key, String value) throws RelayRefusedException {
        asked.add(relay + " " + key + " " + value);
        if (value.equals("bad")) {
            throw new RelayRefusedException("There is no %s bad.".formatted(key));
        }
        relays.replaceAll(one -> !one.settings().name().equals(relay)
                ? one
                : with(
                        one,
                        key.equals("codec") ? value : one.settings().codec().toString(),
                        key.equals("allocator") ? value : one.settings().allocator()));
        return List.of("It lasts.", "Not for long.");
    }

    private static RelayStatus with(RelayStatus one, String codec, String allocator) {
        return relay(one.settings().name(), codec, allocator, one.problem(), one.peer());
    }

    /**
     * A relay.
     *
     * @param peer its peer's host; empty if that has never been there
     * @param peerCodecs what the peer can decompress
     */
    static RelayStatus relay(String name, String codec, String allocator, String peer, String... peerCodecs) {
        return relay(name, codec, allocator, "", new PeerStatus(peer, "", "", DialMode.BOTH, List.of(peerCodecs)));
    }

    /** A relay that does not get what it is configured for. */
    static RelayStatus refused(String name, String codec, String allocator, String problem) {
        return relay(name, codec, allocator, problem, PeerStatus.UNKNOWN);
    }

    /** A relay with these problems. */
    static RelayStatus troubled(RelayStatus one, String... problems) {
        return new RelayStatus(
                one.settings(),
                List.of(problems),
                one.bab(),
                one.channels(),
                one.peer(),
                one.faults(),
                one.diagnosis());
    }

    private static RelayStatus relay(String name, String codec, String allocator, String problem, PeerStatus peer) {
        RelayStatus one = Samples.relay(name, problem);
        RelaySettings settings = one.settings();
        return new RelayStatus(
                new RelaySettings(
                        name,
                        settings.resource(),
                        settings.addresses(),
                        settings.memlimitBytes(),
                        allocator,
                        CodecChoice.parse(codec),
                        settings.targets(),
                        settings.timeouts(),
                        settings.line(),
                        settings.source()),
                problem,
                one.bab(),
                one.channels(),
                peer,
                one.faults(),
                one.diagnosis());
    }
}
