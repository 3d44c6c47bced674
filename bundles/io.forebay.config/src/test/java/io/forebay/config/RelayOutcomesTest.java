/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RelayOutcomesTest {

    private static final long PATIENT_MS = 50_000;

    private final RelayOutcomes outcomes = new RelayOutcomes();

    private CompletableFuture<Optional<String>> waiting(long revision) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return outcomes.await("r0", revision, PATIENT_MS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void shouldWaitForTheRevisionThatWasWrittenAndNotTakeAnEarlierOne() throws Exception {
        outcomes.report("r0", 6, "an earlier refusal");
        CompletableFuture<Optional<String>> waiting = waiting(7);
        outcomes.report("r1", 9, "of another relay");
        assertThat(outcomes.await("r0", 7, 1)).isEmpty();
        assertThat(waiting).isNotDone();
        outcomes.report("r0", 7, "");
        assertThat(waiting.get(PATIENT_MS, TimeUnit.MILLISECONDS)).contains("");
    }

    @Test
    void shouldTakeALaterRevisionForTheOneThatWasOvertaken() throws Exception {
        outcomes.report("r0", 8, "refused");
        assertThat(outcomes.await("r0", 7, 0)).contains("refused");
    }

    @Test
    void shouldKnowNothingInTimeOfWhatWasNeverLookedAt() throws Exception {
        assertThat(outcomes.await("r0", 1, 0)).isEmpty();
        assertThat(outcomes.awaitGone("r0", 0)).isTrue();
    }

    @Test
    void shouldWaitUntilARelayIsGone() throws Exception {
        outcomes.report("r0", 1, "");
        assertThat(outcomes.awaitGone("r0", 1)).isFalse();
        outcomes.reportGone("r0");
        assertThat(outcomes.awaitGone("r0", 0)).isTrue();
        assertThat(outcomes.await("r0", 1, 0)).isEmpty();
    }
}
