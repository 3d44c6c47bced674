/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.testkit.Forebay;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The words that {@code bin/forebay} takes, where no Forebay runs. */
class CommandLineIT {

    @TempDir
    Path folder;

    private Forebay forebay;

    @BeforeEach
    void chooseABase() {
        forebay = new Forebay(folder.resolve("base"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start", "stop", "status", "run", "client", "ctl", "import", "demo", "sim", "size", "version", "help"
            })
    void shouldExplainACommandAndDoNothing(String command) throws IOException, InterruptedException {
        for (String word : new String[] {"--help", "-h"}) {
            Forebay.Result help = forebay.call(command, word);
            assertThat(help.status()).as(help.err()).isZero();
            assertThat(help.err()).isEmpty();
            assertThat(help.out()).startsWith("Usage: forebay ").contains(command);
        }
        assertThat(forebay.base()).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "start now, now",
        "start --fast, --fast",
        "start --base=x, --base goes before the command",
        "stop all, all",
        "status r0, r0",
        "run --foreground, --foreground",
        "version 2, 2",
        "help start now, now",
        "help nonsense, nonsense",
        "nonsense, nonsense",
        "nonsense --help, nonsense",
        "--fast start, --fast",
        "import --fast, --fast",
        "import one two, two",
        "demo --fast, --fast",
        "demo now, now",
        "sim now, now",
        "sim send --fast, --fast",
        "size one two, two"
    })
    void shouldRefuseWordsThatMeanNothingInOneSentence(String words, String named)
            throws IOException, InterruptedException {
        Forebay.Result refusal = forebay.call(words.split(" "));
        assertThat(refusal.status()).isEqualTo(2);
        assertThat(refusal.out()).isEmpty();
        assertThat(refusal.err()).hasLineCount(1).contains(named);
        assertThat(forebay.base()).doesNotExist();
    }

    @Test
    void shouldEndADemoThatIsGivenACodecThatIsNotThere() throws IOException, InterruptedException {
        Forebay.Result demo = forebay.call("demo", "--codec", "nonesuch", "--seconds", "1");
        assertThat(demo.status()).isEqualTo(1);
        assertThat(demo.out()).isEmpty();
        assertThat(demo.err().lines()).last().asString().contains("there is no codec nonesuch");
    }

    @Test
    void shouldEndADemoThatIsGivenAnAllocatorThatIsNotThere() throws IOException, InterruptedException {
        Forebay.Result demo = forebay.call("demo", "--allocator", "nonesuch", "--seconds", "1");
        assertThat(demo.status()).isEqualTo(1);
        assertThat(demo.err().lines()).last().asString().contains("there is no BAB allocator nonesuch");
    }
}
