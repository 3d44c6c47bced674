/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.Diagnosis;
import io.forebay.api.relay.PeerStatus;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.ChannelState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfiguredRelayTest {

    /** Remembers what was asked of it, and refuses an inside address that another relay has. */
    private static final class RecordingRelays implements Relays {
        final Map<String, RelaySettings> running = new TreeMap<>();
        final List<String> calls = new ArrayList<>();

        @Override
        public void put(RelaySettings settings) {
            for (RelaySettings other : running.values()) {
                if (!other.name().equals(settings.name())
                        && other.addresses()
                                .inside()
                                .equals(settings.addresses().inside())) {
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
        public Optional<String> codecProblem(CodecChoice codec) {
            return Optional.empty();
        }

        @Override
        public Optional<String> allocatorProblem(String allocator) {
            return Optional.empty();
        }

        @Override
        public List<String> codecNames() {
            return List.of("lz4", "zlib", "zstd");
        }

        @Override
        public List<RelayStatus> status() {
            return running.values().stream()
                    .map(settings -> new RelayStatus(
                            settings,
                            "",
                            new RelayStatus.BabStatus("direct", 1, 0, 0, 1),
                            List.of(),
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
                                    "")))
                    .toList();
        }
    }

    private final RecordingRelays relays = new RecordingRelays();
    private final PrintStream systemErr = System.err;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @BeforeEach
    void captureLog() {
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void releaseLog() {
        System.setErr(systemErr);
    }

    private static Map<String, Object> file(String name, int port) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("service.pid", "io.forebay.relay~" + name);
        properties.put("felix.fileinstall.filename", "file:/opt/forebay/etc/io.forebay.relay-" + name + ".cfg");
        properties.put("inside", "10.0.0.1:" + port);
        properties.put("drbd", "10.0.0.2:" + port);
        properties.put("outside", "192.0.2.1:" + port);
        properties.put("peer", "192.0.2.2:" + port);
        return properties;
    }

    private static Map<String, Object> file(String name, int port, String key, String value) {
        Map<String, Object> properties = file(name, port);
        properties.put(key, value);
        return properties;
    }

    private String logged() {
        return log.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldStartChangeLiveAndRemove() {
        ConfiguredRelay relay = new ConfiguredRelay(relays, new RelayOutcomes(), file("r0", 7000));
        relay.modified(file("r0", 7000, "memlimit", "2M"));
        relay.deactivate();
        assertThat(relays.calls).containsExactly("put r0 16777216", "put r0 2097152", "remove r0");
        assertThat(logged()).doesNotContain("ERROR");
    }

    @Test
    void shouldLogARefusedFileAndStartItOnceCorrected() {
        ConfiguredRelay relay = new ConfiguredRelay(relays, new RelayOutcomes(), file("r0", 7000, "memlimit", "12Q"));
        assertThat(relays.calls).isEmpty();
        assertThat(logged())
                .contains(
                        "ERROR",
                        "etc/io.forebay.relay-r0.cfg: memlimit = 12Q is not a size: use bytes with k, M, G or T,"
                                + " for example 64M. The relay r0 is not started.");
        relay.modified(file("r0", 7000));
        assertThat(relays.running).containsKey("r0");
        relay.deactivate();
        assertThat(relays.running).isEmpty();
    }

    @Test
    void shouldRemoveNothingWhenItStartedNothing() {
        new ConfiguredRelay(relays, new RelayOutcomes(), file("r0", 7000, "memlimit", "12Q")).deactivate();
        assertThat(relays.calls).isEmpty();
    }

    @Test
    void shouldLeaveTheRunningRelayAsItWasWhenAChangeIsRefused() {
        ConfiguredRelay relay = new ConfiguredRelay(relays, new RelayOutcomes(), file("r0", 7000));
        relay.modified(file("r0", 7000, "codecc", "lz4"));
        assertThat(relays.calls).containsExactly("put r0 16777216");
        assertThat(logged())
                .contains("codecc is not a key of a relay: did you mean codec?"
                        + " The relay r0 keeps running with the settings it had.");
    }

    @Test
    void shouldPassOnWhatAnotherRelayConflictsWith() {
        ConfiguredRelay first = new ConfiguredRelay(relays, new RelayOutcomes(), file("r0", 7000));
        ConfiguredRelay second = new ConfiguredRelay(relays, new RelayOutcomes(), file("r1", 7000));
        assertThat(logged())
                .contains(
                        "ERROR",
                        "etc/io.forebay.relay-r1.cfg: inside of r1 is taken by r0: give it another port."
                                + " The relay r1 is not started.");
        second.deactivate();
        assertThat(relays.running).containsOnlyKeys("r0");
        first.deactivate();
    }

    @Test
    void shouldNotLetTwoFilesTakeTurnsAtOneRelay() {
        new ConfiguredRelay(relays, new RelayOutcomes(), file("r0", 7000));
        ConfiguredRelay second = new ConfiguredRelay(relays, new RelayOutcomes(), file("r1", 7001, "name", "r0"));
        second.deactivate();
        assertThat(relays.calls).containsExactly("put r0 16777216");
        assertThat(logged())
                .contains("etc/io.forebay.relay-r1.cfg: name = r0 is already the relay of etc/io.forebay.relay-r0.cfg:"
                        + " give each relay a name of its own. The file starts no relay.");
    }

    @Test
    void shouldFreeTheOldNameBeforeTheNewOneTakesItsAddresses() {
        ConfiguredRelay relay = new ConfiguredRelay(relays, new RelayOutcomes(), file("r0", 7000));
        relay.modified(file("r0", 7000, "name", "left"));
        relay.deactivate();
        assertThat(relays.calls).containsExactly("put r0 16777216", "remove r0", "put left 16777216", "remove left");
    }

    @Test
    void shouldBringTheOldNameBackWhenTheNewOneIsRefused() {
        new ConfiguredRelay(relays, new RelayOutcomes(), file("r1", 7001));
        ConfiguredRelay relay = new ConfiguredRelay(relays, new RelayOutcomes(), file("r0", 7000));
        relay.modified(file("r0", 7001, "name", "left"));
        assertThat(relays.running).containsOnlyKeys("r0", "r1");
        assertThat(relays.running.get("r0").addresses().inside().getPort()).isEqualTo(7000);
        assertThat(logged()).contains("The relay r0 keeps running with the settings it had.");
    }
}
