/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.ChannelStatus.Flow;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.Diagnosis;
import io.forebay.api.relay.PeerStatus;
import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Remembers what was asked of it, and refuses an inside address that another relay has. There is no codec {@code brotli},
 * none that is called like another word of plugin lines, and no allocator {@code numa}.
 */
final class RecordingRelays implements Relays {
    private static final Set<String> MISSING_CODECS = Set.of("brotli", "allocator", "noop");

    final Map<String, RelaySettings> running = new ConcurrentSkipListMap<>();
    final List<String> calls = new CopyOnWriteArrayList<>();

    /** The filters with which somebody asked for an allocator. */
    final List<PlugInTargets> asked = new CopyOnWriteArrayList<>();

    /** The state of the only channel of a relay; a relay that is not here has none. */
    final Map<String, ChannelState> channels = new ConcurrentHashMap<>();

    @Override
    public void put(RelaySettings settings) {
        for (RelaySettings other : running.values()) {
            if (!other.name().equals(settings.name())
                    && other.addresses().inside().equals(settings.addresses().inside())) {
                throw new IllegalArgumentException(
                        "inside of " + settings.name() + " is taken by " + other.name() + ": give it another port");
            }
        }
        calls.add("put " + settings.name() + " " + settings.memlimitBytes());
        running.put(settings.name(), settings);
    }

    @Override
    public void remove(String name) {
        calls.add("remove " + name);
        running.remove(name);
    }

    @Override
    public Optional<String> codecProblem(CodecChoice codec, PlugInTargets targets) {
        return MISSING_CODECS.contains(codec.name())
                ? Optional.of("is no codec that is installed: use zstd.")
                : Optional.empty();
    }

    @Override
    public Optional<String> allocatorProblem(String allocator, PlugInTargets targets) {
        asked.add(targets);
        return allocator.equals("numa") ? Optional.of("is not installed: use direct") : Optional.empty();
    }

    @Override
    public List<PlugInStatus> plugIns() {
        return List.of();
    }

    @Override
    public List<RelayStatus> status() {
        return running.values().stream().map(this::status).toList();
    }

    private RelayStatus status(RelaySettings settings) {
        List<ChannelStatus> its =
                Optional.ofNullable(channels.get(settings.name())).map(RecordingRelays::channel).stream()
                        .toList();
        return new RelayStatus(
                settings,
                "",
                new RelayStatus.BabStatus("direct", 1, 0, 0, 1),
                its,
                PeerStatus.UNKNOWN,
                List.of(),
                new Diagnosis(
                        ChannelState.BRIDGING,
                        ChannelState.BRIDGING,
                        false,
                        Optional.empty(),
                        "",
                        "",
                        Instant.EPOCH,
                        "",
                        "",
                        ""));
    }

    private static ChannelStatus channel(ChannelState state) {
        Flow nothing = new Flow(0, 0, 0, 0, 0, 0, 0, 0, List.of(), "");
        return new ChannelStatus(
                1, ChannelRole.ACCEPTOR, ChannelType.DATA, state, "", Instant.EPOCH, "", "", "", nothing, nothing, 0);
    }
}
