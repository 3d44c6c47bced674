/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.engine.RecordBenchmark;
import java.util.Collection;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Measures nothing. Setups and tear-downs of the benchmarks check what they did. */
class BenchmarksTest {

    @ParameterizedTest
    @ValueSource(
            classes = {
                AllocatorBenchmark.class,
                CodecBenchmark.class,
                FrameScannerBenchmark.class,
                RecordBenchmark.class
            })
    void shouldRunWithEachParameter(Class<?> benchmarks) throws RunnerException {
        Options once = new OptionsBuilder()
                .include(Pattern.quote(benchmarks.getName() + "."))
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(1))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        Collection<RunResult> results = new Runner(once).run();
        assertThat(results)
                .isNotEmpty()
                .allSatisfy(result -> assertThat(result.getPrimaryResult().getScore())
                        .as(result.getParams().id())
                        .isPositive());
    }
}
