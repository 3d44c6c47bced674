/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SshSettingsTest {

    private static final Path BASE = Path.of("/base");

    private static SshSettings read(String listen, String idleTimeout) throws IOException {
        return SshSettings.of(BASE, listen, "etc/authorized_keys", "/keys/host", idleTimeout);
    }

    @Test
    void shouldReadValues() throws IOException {
        assertThat(read(" 127.0.0.1:8022 ", "90 s"))
                .isEqualTo(new SshSettings(
                        new InetSocketAddress("127.0.0.1", 8022),
                        Path.of("/base/etc/authorized_keys"),
                        Path.of("/keys/host"),
                        Duration.ofSeconds(90)));
        assertThat(read("[::1]:22", "2h").listen()).isEqualTo(new InetSocketAddress("::1", 22));
        assertThat(read("[::1]:22", "2h").idleTimeout()).hasHours(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "8022", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:ssh", "::1:22", "a b:22"})
    void shouldSayHowAnAddressIsWritten(String listen) {
        assertThatThrownBy(() -> read(listen, "30m"))
                .isInstanceOf(IOException.class)
                .hasMessage("listen = \"" + listen + "\" is no address: write IP:PORT, for example 127.0.0.1:8022.");
    }

    @Test
    void shouldSayThatAHostIsNotKnown() {
        assertThatThrownBy(() -> read("host.invalid:8022", "30m"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("host.invalid:8022", "not known", "write an IP address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0s", "30", "30d", "-1m", "99999999h"})
    void shouldSayHowATimeIsWritten(String time) {
        assertThatThrownBy(() -> read("127.0.0.1:8022", time))
                .isInstanceOf(IOException.class)
                .hasMessage("idle-timeout = \"" + time
                        + "\" is no time above zero: write a number with s, m or h, for example 30m.");
    }

    @Test
    void shouldSayThatAPathIsMissing() {
        assertThatThrownBy(() -> SshSettings.of(BASE, "127.0.0.1:8022", " ", "host", "30m"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("authorized-keys = \" \"", "remove the line");
    }
}
