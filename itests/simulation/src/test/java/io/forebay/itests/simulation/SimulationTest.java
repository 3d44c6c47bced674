/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.itests.simulation.Scenario.Fault;
import io.forebay.itests.simulation.Scenario.Kind;
import io.forebay.itests.simulation.Scenario.What;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A fixed set of seeds, about a minute of them; {@code itests/simulation/run} has the others. */
class SimulationTest {

    private static final int BLOCKS = 12;
    private static final int SEEDS_PER_BLOCK = 100;
    private static final int CROSSED_SEEDS = 200;

    @Test
    void shouldKeepItsPromisesWhateverBreaks() {
        for (int block = 0; block < BLOCKS; block++) {
            for (int i = 1; i <= SEEDS_PER_BLOCK; i++) {
                long seed = block * SEEDS_PER_BLOCK + i;
                Simulation.Outcome outcome = Simulation.run(seed);
                assertThat(outcome.isBroken())
                        .as(() -> "seed %d: %s%n%s"
                                .formatted(
                                        seed,
                                        outcome.failure(),
                                        String.join(
                                                System.lineSeparator(),
                                                outcome.lines().get())))
                        .isFalse();
            }
            // Java frees memory outside its heap only when it collects.
            System.gc();
        }
    }

    @Test
    void shouldConnectWithin3SecondsWhenBothDrbdsDialAtTheSameMoment() {
        for (long seed = 1; seed <= CROSSED_SEEDS; seed++) {
            Simulation.Outcome outcome = Simulation.run(Scenario.crossed(seed));
            assertThat(outcome.failure()).as("seed %d", seed).isNull();
        }
    }

    @Test
    void shouldBeAPureFunctionOfItsSeed() {
        for (long seed = 1; seed <= 10; seed++) {
            Simulation.Outcome once = Simulation.run(seed);
            Simulation.Outcome again = Simulation.run(seed);
            assertThat(again.lines().get()).isEqualTo(once.lines().get());
            assertThat(again.steps()).isEqualTo(once.steps());
        }
    }

    @Test
    void shouldFindDamageOnTheWan() {
        Scenario quiet = quiet();
        Scenario damaged = new Scenario(
                quiet.seed(),
                Kind.MIXED,
                quiet.wan(),
                quiet.relay(),
                quiet.drbds(),
                List.of(new Fault(0, What.FLIP_BIT, 0, 0, 100), new Fault(0, What.BURST, 0, 0, 100_000)));
        assertThat(Simulation.run(damaged).failure()).hasMessageStartingWith(TransitionAudit.PROTOCOL);
    }

    @Test
    void shouldFindASessionThatDidNotSurvive() {
        Scenario quiet = quiet();
        Scenario closed = new Scenario(
                quiet.seed(),
                Kind.SURVIVAL,
                quiet.wan(),
                quiet.relay(),
                quiet.drbds(),
                List.of(new Fault(0, What.DRBD_CLOSES, 0, 0, 0)));
        assertThat(Simulation.run(closed).failure()).hasMessageStartingWith(Simulation.SURVIVAL);
    }

    /** A scenario in which nothing happens. */
    private static Scenario quiet() {
        Scenario one = Scenario.of(1);
        return new Scenario(1, Kind.MIXED, one.wan(), one.relay(), one.drbds(), List.of());
    }
}
