/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.size;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeTest {

    @TempDir
    Path folder;

    private Path log;

    private record Ended(int status, String out, String err) {}

    @BeforeEach
    void writeALog() throws IOException {
        StringBuilder text = new StringBuilder("Linux 6.1.0 (alpha) \t11/21/2026 \t_x86_64_\t(4 CPU)\n\n");
        for (int i = 0; i < 100; i++) {
            text.append("Device tps kB_wrtn/s\ndrbd0 1.00 ")
                    .append(i % 10 == 1 ? "102400" : "1024")
                    .append("\n\n");
        }
        log = Files.writeString(folder.resolve("iostat.log"), text);
    }

    private static Ended run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Size.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                words);
        return new Ended(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void shouldSayWhatToSetWhyAndWhatItAssumed() {
        Ended size = run(log.toString());
        assertThat(size.status).as(size.err).isZero();
        assertThat(size.out.lines())
                .anyMatch(line -> line.matches("written +mean .* p95 .* peak 104\\.858 MB/s"))
                .anyMatch(line -> line.matches("memlimit +\\d+M"))
                .anyMatch(line ->
                        line.matches("the rule +memlimit / rate = .* s < 42\\.0 s = timeout 60 / 10 x ko-count 7"))
                .anyMatch(line -> line.matches("outage .* at the mean rate, .* at p95, .* at the peak"))
                .anyMatch(line -> line.startsWith("->"))
                .anyMatch(line -> line.startsWith("- Reports are 1 s apart"));
    }

    @Test
    void shouldPrintOneJsonObject() throws IOException {
        Ended size = run(log.toString(), "--json", "--ratio", "2", "--wan-mbit", "80", "--timeout", "120");
        assertThat(size.status).as(size.err).isZero();
        assertThat(size.out.lines()).hasSize(1);
        Map<String, Object> json = JSON.std.mapFrom(size.out);
        assertThat(json)
                .containsEntry("ratio", 2.0)
                .containsEntry("wanGiven", true)
                .containsEntry("patienceSeconds", 84.0);
        Map<?, ?> recommended = (Map<?, ?>) json.get("recommended");
        assertThat(recommended.get("wanBytesPerSecond")).isEqualTo(10_000_000);
        assertThat(recommended.get("keepsRule")).isEqualTo(true);
        Map<?, ?> written = (Map<?, ?>) json.get("writtenBytesPerSecond");
        Map<?, ?> wan = (Map<?, ?>) json.get("wanBytesPerSecond");
        assertThat((int) written.get("peak")).isEqualTo(2 * (int) wan.get("peak"));
    }

    @Test
    void shouldSayThatALineIsTooSlowForAnyMemory() {
        Ended size = run(log.toString(), "--wan", "100K");
        assertThat(size.status).isZero();
        assertThat(size.out).contains("no BAB is large enough");
    }

    @Test
    void shouldSayWhatIsWrongWithTheLog() throws IOException {
        Ended missing = run(folder.resolve("none").toString());
        assertThat(missing.status).isEqualTo(1);
        assertThat(missing.err).hasLineCount(1).contains("There is no file").contains("iostat -x");
        Path idle = Files.writeString(folder.resolve("idle"), "Device wkB/s\nsda 0\n\nDevice wkB/s\nsda 0\n");
        assertThat(run(idle.toString()).err).hasLineCount(1).contains("Nothing was written");
        assertThat(run(folder.toString()).err).hasLineCount(1).contains("cannot be read");
    }

    @ParameterizedTest
    @CsvSource({
        "'', one of the two",
        "'LOG --relay r0', one of the two",
        "'LOG more', more",
        "'LOG --fast', --fast",
        "'LOG --ratio 0.5', --ratio must",
        "'LOG --wan 1M --wan-mbit 8', say the same",
        "'LOG --ko-count 201', --ko-count must",
        "'LOG --timeout 0', --timeout must",
        "'LOG --seconds 5', --seconds is of --relay",
        "'--relay r0 --device sda', are of logs",
        "'--relay a;b', no name of a relay"
    })
    void shouldRefuseNonsenseInOneSentence(String words, String sentence) {
        Ended refused = run(
                words.isEmpty()
                        ? new String[0]
                        : words.replace("LOG", log.toString()).split(" "));
        assertThat(refused.status).isEqualTo(2);
        assertThat(refused.out).isEmpty();
        assertThat(refused.err).hasLineCount(1).startsWith("forebay size: ").contains(sentence);
    }
}
