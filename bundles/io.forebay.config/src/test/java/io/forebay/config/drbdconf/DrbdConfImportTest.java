/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DrbdConfImportTest {

    private static final String SAMPLES = "src/test/resources/drbdconf/";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return DrbdConfImport.run(
                List.of(arguments),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldShowABlockForEachRelay() {
        assertThat(run(SAMPLES + "nine.res", "--host", "lima")).isZero();
        assertThat(out().lines())
                .containsExactly(
                        "name      media-oslo-lima",
                        "resource  media",
                        "inside    127.0.0.2:7041",
                        "drbd      127.0.0.1:7041",
                        "outside   198.51.100.20:7041",
                        "peer      198.51.100.10:7041",
                        "options   memlimit 4G",
                        "plugins   zstd level 3; zstd level 9",
                        "place     " + SAMPLES + "nine.res:14:48",
                        "",
                        "name      media-turku-lima",
                        "resource  media",
                        "inside    127.0.0.2:7042",
                        "drbd      10.40.0.5:7042",
                        "outside   198.51.100.20:7042",
                        "peer      198.51.100.12:7042",
                        "options   memlimit 1G",
                        "plugins   zstd level 3",
                        "place     " + SAMPLES + "nine.res:21:37");
        assertThat(err()).isEmpty();
    }

    @Test
    void shouldWriteTheSameAsJson() throws Exception {
        assertThat(run("--json", SAMPLES + "nine.res", "--host", "turku")).isZero();
        assertThat(JSON.std.listFrom(out()))
                .containsExactly(Map.of(
                        "name", "media-lima-turku",
                        "resource", "media",
                        "inside", "127.0.0.2:7042",
                        "drbd", "10.30.0.6:7040",
                        "outside", "198.51.100.12:7042",
                        "peer", "198.51.100.20:7042",
                        "options", Map.of("memlimit", "1G"),
                        "plugins", List.of("zstd level 3"),
                        "place", SAMPLES + "nine.res:22:28"));
    }

    @Test
    void shouldWriteOneCommandALine() {
        assertThat(run(SAMPLES + "nine.res", "--commands", "--host", "turku")).isZero();
        assertThat(out().lines())
                .containsExactly(
                        "add connection media-lima-turku 127.0.0.2:7042 198.51.100.20:7042 198.51.100.12:7042"
                                + " 10.30.0.6:7040 --memlimit=1G",
                        "set memlimit media-lima-turku 1G",
                        "set plugin media-lima-turku 0 zstd level 3",
                        "set plugin media-lima-turku 1 END");
    }

    @Test
    void shouldSucceedAndNameTheHostsWhenThereIsNothingForThisOne() {
        assertThat(run(SAMPLES + "relay-hosts.res", "--host", "oslo")).isZero();
        assertThat(out()).isEmpty();
        assertThat(err())
                .isEqualTo(SAMPLES + "relay-hosts.res has no relay for the host oslo: give one of its proxy hosts with"
                        + " --host: gate-lima, gate1, gate2." + System.lineSeparator());
    }

    @Test
    void shouldWriteAnEmptyListWhenThereIsNothing() throws Exception {
        assertThat(run(SAMPLES + "included/template.inc", "--json")).isZero();
        assertThat(JSON.std.listFrom(out())).isEmpty();
        assertThat(err()).contains("no connection in it goes through a proxy.");
    }

    @Test
    void shouldFailWithTheSentenceWhenTheFileIsWrong() {
        assertThat(run(SAMPLES + "absent.res", "--host", "oslo")).isEqualTo(1);
        assertThat(out()).isEmpty();
        assertThat(err()).startsWith(SAMPLES + "absent.res:1:1: there is no file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--host", "f --host", "f g", "f --jason", "f --json --commands", "-"})
    void shouldSayHowItIsUsed(String arguments) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);
        assertThat(out()).isEmpty();
        assertThat(err()).hasLineCount(1).endsWith("." + System.lineSeparator());
    }
}
