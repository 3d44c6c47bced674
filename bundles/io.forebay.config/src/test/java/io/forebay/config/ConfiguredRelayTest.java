/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfiguredRelayTest {

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
