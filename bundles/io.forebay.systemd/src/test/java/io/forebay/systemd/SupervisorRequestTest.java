/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SupervisorRequestTest {
    private static final long PID = 4711;

    @Test
    void shouldWantNothingWithoutASocket() {
        assertThat(SupervisorRequest.of(Map.of("WATCHDOG_USEC", "30000000"), PID))
                .isEmpty();
        assertThat(SupervisorRequest.of(Map.of("NOTIFY_SOCKET", ""), PID)).isEmpty();
    }

    @Test
    void shouldTakeAPathOrAnAbstractName() {
        assertThat(SupervisorRequest.of(Map.of("NOTIFY_SOCKET", "/run/systemd/notify"), PID))
                .contains(new SupervisorRequest("/run/systemd/notify", 0));
        assertThat(SupervisorRequest.of(Map.of("NOTIFY_SOCKET", "@/org/freedesktop/x"), PID))
                .contains(new SupervisorRequest("\0/org/freedesktop/x", 0));
        assertThat(SupervisorRequest.of(Map.of("NOTIFY_SOCKET", "vsock:2:1234"), PID))
                .isEmpty();
    }

    @Test
    void shouldGiveSignsOfLifeIfTheyAreWantedFromThisProcess() {
        assertThat(watchdogNs("30000000", "4711")).isEqualTo(30_000_000_000L);
        assertThat(watchdogNs("30000000", "")).isEqualTo(30_000_000_000L);
        assertThat(watchdogNs("30000000", "1")).isZero();
        assertThat(watchdogNs("", "4711")).isZero();
        assertThat(watchdogNs("soon", "4711")).isZero();
        assertThat(watchdogNs("-1", "4711")).isZero();
    }

    private static long watchdogNs(String microseconds, String pid) {
        return SupervisorRequest.of(
                        Map.of("NOTIFY_SOCKET", "/n", "WATCHDOG_USEC", microseconds, "WATCHDOG_PID", pid), PID)
                .orElseThrow()
                .watchdogNs();
    }
}
