/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.systemd;

import static io.forebay.systemd.StubForebay.beginning;
import static io.forebay.systemd.StubForebay.relay;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.relay.Leg;
import io.forebay.api.relay.RelayStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatusLineTest {
    private static final RelayStatus R1 = relay("r1", "", Optional.empty());
    private static final RelayStatus R2 = relay("r2", "", Optional.empty());

    @Test
    void shouldBeShortWhenAllIsWell() {
        assertThat(StatusLine.of(List.of())).isEqualTo("no relay is configured");
        assertThat(StatusLine.of(List.of(R1))).isEqualTo("1 relay: 1 established");
        assertThat(StatusLine.of(List.of(R1, R2))).isEqualTo("2 relays: 2 established");
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayWhatIsMissing(Leg leg) {
        assertThat(StatusLine.of(List.of(R1, relay("r3", "", Optional.of(leg)))))
                .matches(
                        "2 relays: 1 established, 1 broken: r3 the (peer|local DRBD|far DRBD) (cannot be|has not) .*ed");
    }

    @Test
    void shouldShowTheStatesWhereNoConnectionIsToBlame() {
        assertThat(StatusLine.of(List.of(beginning("r4"))))
                .isEqualTo("1 relay: 0 established, 1 broken: r4 bridging/waiting");
    }

    @Test
    void shouldPreferTheRelaysOwnProblemOnOneLine() {
        assertThat(StatusLine.of(List.of(relay("r3", "the inside\ncannot be had.", Optional.of(Leg.OUTSIDE_TO_PEER)))))
                .isEqualTo("1 relay: 0 established, 1 broken: r3 the inside cannot be had");
    }

    @Test
    void shouldCountWhatItDoesNotName() {
        List<RelayStatus> broken = List.of("a", "b", "c", "d", "e").stream()
                .map(name -> relay(name, "is closed", Optional.empty()))
                .toList();
        assertThat(StatusLine.of(broken))
                .isEqualTo("5 relays: 0 established, 5 broken: a is closed; b is closed; c is closed; and 2 more");
    }
}
