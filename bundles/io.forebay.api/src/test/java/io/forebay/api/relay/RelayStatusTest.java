/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RelayStatusTest {

    private static RelayStatus with(List<String> problems) {
        return new RelayStatus(null, problems, null, List.of(), null, List.of(), null);
    }

    @Test
    void shouldSayTheWorstProblemAndHowManyMoreThereAre() {
        assertThat(with(List.of()).problem()).isEmpty();
        assertThat(with(List.of("no memory")).problem()).isEqualTo("no memory");
        assertThat(with(List.of("no memory", "no codec", "no peer")).problem()).isEqualTo("no memory (and 2 more)");
    }

    @Test
    void shouldHaveNoProblemIfItIsEmpty() {
        assertThat(new RelayStatus(null, "", null, List.of(), null, List.of(), null).problems())
                .isEmpty();
        assertThat(new RelayStatus(null, "no codec", null, List.of(), null, List.of(), null).problems())
                .containsExactly("no codec");
    }
}
