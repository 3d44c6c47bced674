/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.drbdadm;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.testkit.Forebay;
import io.forebay.testkit.SampleData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that make no sense are refused with a sentence each, change nothing, and leave nothing behind. */
class MalformedCommandsIT {

    private static final String ADDRESSES = "127.0.0.1:7815 127.2.0.2:7715 127.2.0.1:7715 127.0.0.1:7915";
    private static final String OTHER = "127.0.0.1:7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916";
    private static final List<String> SET_UP = List.of(
            "add connection r0-bob-alice " + ADDRESSES,
            "set memlimit r0-bob-alice 64M",
            "set plugin r0-bob-alice 0 zstd level 7",
            "set plugin r0-bob-alice 1 END");

    /** Good commands; a {@code del} is not among them, because none of a connection that is not there is refused. */
    private static final List<String> GOOD = List.of(
            "add connection r1-bob-alice " + OTHER,
            "add connection r1-bob-alice " + OTHER + " --memlimit=64M",
            "set memlimit r0-bob-alice 32M",
            "set bwlimit r0-bob-alice 10M",
            "set ping-timeout r0-bob-alice 30",
            "set plugin r0-bob-alice 0 zlib level 9",
            "show proxy-settings r0-bob-alice");

    private static final List<String> BAD = List.of(
            "add connection r1 " + ADDRESSES, // inside is taken
            "add connection r1 127.0.0.1:7816 127.2.0.2:7716 127.2.0.1:7716",
            "add connection r1 127.0.0.1 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 127.0.0.1:0 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 127.0.0.1:65536 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 127.0.0.1:-1 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 127.0.0.1:7816x 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 127.0.0.256:7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 127.0.1:7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 127.0.0.01:7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 0.0.0.0:7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 224.0.0.1:7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 localhost:7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 :::7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 fd00::g:7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 [fd00::1:7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 [fd00::1] 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 fd00::1%none:7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 127.0.0.1:7816 127.0.0.1:7816 127.2.0.1:7716 127.0.0.1:7916",
            "add connection r1 127.0.0.1:7816 127.2.0.2:7716 127.2.0.1:7716 127.0.0.1:7816",
            "add connection r1 " + OTHER + " memlimit=64M",
            "add connection r1 " + OTHER + " --memlimit",
            "add connection r1 " + OTHER + " --=64M",
            "add connection r1 " + OTHER + " --memlimit=",
            "add connection r1 " + OTHER + " --memlimit=1.5G",
            "add connection r1 " + OTHER + " --inside=127.0.0.1:1",
            "add connection - " + OTHER,
            "add connection ../r1 " + OTHER,
            "add connection " + "r".repeat(201) + " " + OTHER,
            "set memlimit r1-bob-alice 64M",
            "set memlimit r0-bob-alice",
            "set memlimit r0-bob-alice 64 M",
            "set memlimit r0-bob-alice -1",
            "set memlimit r0-bob-alice 64Mi",
            "set memlimit r0-bob-alice 1e9",
            "set memlimit r0-bob-alice 0x10",
            "set memlimit r0-bob-alice 99999999999999999999",
            "set memlimit r0-bob-alice 9223372036854775807T",
            "set sndbuf-size r0-bob-alice 129M",
            "set rcvbuf-size r0-bob-alice many",
            "set ping-timeout r0-bob-alice 0",
            "set ping-timeout r0-bob-alice 301",
            "set ping-timeout r0-bob-alice 1h",
            "set bwlimit r0-bob-alice 10Mbit",
            "set compression r0-bob-alice perhaps",
            "set read-loops r0-bob-alice x",
            "set name r0-bob-alice r1",
            "set inside r0-bob-alice 127.0.0.1:7816",
            "set loglevel loud",
            "set loglevel",
            "set plugin r0-bob-alice -1 lz4",
            "set plugin r0-bob-alice 99999999999 lz4",
            "set plugin r0-bob-alice 1.0 lz4",
            "set plugin r0-bob-alice 5 lz4",
            "set plugin r0-bob-alice 64 lz4",
            "set plugin r0-bob-alice lz4",
            "set plugin r0-bob-alice 0",
            "set plugin r0-bob-alice 0 zstd level 23",
            "set plugin r0-bob-alice 0 zstd level",
            "set plugin r0-bob-alice 0 zstd level 7 level 7",
            "set plugin r0-bob-alice 0 zlib level 10",
            "set plugin r0-bob-alice 0 lzma level 0",
            "set plugin r0-bob-alice 0 brotli level 7",
            "set plugin r0-bob-alice 0 tls perhaps",
            "set plugin r0-bob-alice 0 allocator none-such",
            "set plugin r0-bob-alice 0 resume-timeout soon",
            "set plugin r1-bob-alice 0 END",
            "show proxy-settings r1-bob-alice",
            "show proxy-settings",
            "show everything",
            "show connections r0-bob-alice",
            "print",
            "list",
            "add",
            "add connection",
            "del",
            "del connection",
            "del connection r0-bob-alice r0-bob-alice",
            "ADD CONNECTION r1 " + OTHER,
            "addconnection r1 " + OTHER,
            "shutdown now",
            "; shutdown",
            "$(shutdown)",
            "forebay:list",
            "proxy { }",
            "%00",
            "%zz",
            "-",
            "--",
            "-c");

    private static final int GENERATED = 600;
    private static final int IN_ONE_CALL = 40;
    private static final int DEADLINE_SECONDS = 30;

    private static DrbdHost here;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException, InterruptedException {
        here = DrbdHost.start(folder);
        Forebay.Result result = here.ctl(SET_UP);
        assertThat(result.status()).as(result.err()).isZero();
    }

    @AfterAll
    static void stop() {
        if (here != null) {
            here.close();
        }
    }

    @Test
    void shouldRefuseWithASentenceEachAndChangeNothing() throws Exception {
        SplittableRandom random = new SplittableRandom(SampleData.printedSeed("MalformedCommandsIT"));
        List<String> commands = new ArrayList<>(BAD);
        while (commands.size() < BAD.size() + GENERATED) {
            Mutation mutation = Mutation.values()[random.nextInt(Mutation.values().length)];
            commands.add(mutation.of(GOOD.get(random.nextInt(GOOD.size())), random));
        }
        String shown = here.shown("show");
        // what is made at the first call stays: classes, pools of threads
        refused(commands.subList(0, IN_ONE_CALL));
        Map<String, Integer> held = held();

        for (int from = 0; from < commands.size(); from += IN_ONE_CALL) {
            refused(commands.subList(from, Math.min(commands.size(), from + IN_ONE_CALL)));
        }
        for (int i = 0; i < 10; i++) {
            refused(List.of(commands.get(random.nextInt(commands.size()))));
        }
        assertThat(here.shown("show")).isEqualTo(shown);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!growth(held).isEmpty() && System.nanoTime() - deadlineNs < 0) {
            Thread.sleep(100);
        }
        assertThat(growth(held)).isEmpty();
    }

    @Test
    void shouldRefuseArgumentsThatAreNoCommands() throws Exception {
        String shown = here.shown("show");
        for (List<String> arguments : List.of(
                List.of("-c"),
                List.of("-c", "show", "-c"),
                List.of("--memlimit", "64M"),
                List.of("-x", "show"),
                List.of("show", "everything"),
                List.of("set", "memlimit", "r0-bob-alice"),
                List.of("9".repeat(100_000)))) {
            Forebay.Result result = here.words(arguments.toArray(String[]::new));
            assertThat(result.status()).as(result.err()).isBetween(1, 9);
            assertThat(result.err()).hasLineCount(1);
            assertThat(result.out().lines()).noneMatch(line -> line.startsWith("proxy"));
        }
        assertThat(here.shown("show")).isEqualTo(shown);
    }

    private static void refused(List<String> commands) throws IOException, InterruptedException {
        Forebay.Result result = here.ctl(commands);
        assertThat(result.status()).as(result.err()).isBetween(1, 9);
        List<String> sentences = result.err().lines().toList();
        assertThat(sentences).as(() -> missing(commands)).hasSameSizeAs(commands);
        assertThat(sentences)
                .allSatisfy(sentence -> assertThat(sentence)
                        .startsWith("drbd-proxy-ctl: ")
                        .doesNotStartWith("drbd-proxy-ctl: note")
                        .endsWith(".")
                        .doesNotContainPattern("[\\x00-\\x1f\\x7f]"));
        assertThat(result.out()).isEmpty();
    }

    /** Which of several commands are not refused when each is called for itself. */
    private static String missing(List<String> commands) {
        List<String> accepted = new ArrayList<>();
        try {
            for (String command : commands) {
                Forebay.Result result = here.ctl(command);
                if (result.status() == 0 || result.err().lines().count() != 1) {
                    accepted.add(command + " -> " + result);
                }
            }
        } catch (IOException | InterruptedException e) {
            accepted.add(e.toString());
        }
        return "not refused with one sentence: " + accepted;
    }

    /** What more the process holds by now; idle threads may end. */
    private static Map<String, Integer> growth(Map<String, Integer> before) throws IOException {
        Map<String, Integer> growth = held();
        growth.replaceAll((what, count) -> count - before.getOrDefault(what, 0));
        growth.values().removeIf(count -> count <= 0);
        return growth;
    }

    /** The process's threads by name, and its open files by kind. Those that the JVM adds when it likes are left out. */
    private static Map<String, Integer> held() throws IOException {
        Map<String, Integer> held = new TreeMap<>();
        for (String name : each("task", task -> Files.readString(task.resolve("comm")))) {
            if (!name.matches("(?s)(C[12] |G1 |GC |VM ).*")) {
                held.merge("thread " + name.strip(), 1, Integer::sum);
            }
        }
        for (String target : each("fd", file -> Files.readSymbolicLink(file).toString())) {
            held.merge("file " + target.replaceAll(":\\[\\d+]", ""), 1, Integer::sum);
        }
        return held;
    }

    private interface Reading {
        String read(Path entry) throws IOException;
    }

    /** What stands in the process's entries of a kind; one that vanishes before it is read is left out. */
    private static List<String> each(String kind, Reading reading) throws IOException {
        List<String> all = new ArrayList<>();
        try (Stream<Path> entries = Files.list(Path.of("/proc", String.valueOf(here.pid()), kind))) {
            for (Path entry : entries.toList()) {
                try {
                    all.add(reading.read(entry));
                } catch (IOException e) {
                    if (Files.exists(entry, LinkOption.NOFOLLOW_LINKS)) {
                        throw e;
                    }
                }
            }
        }
        return all;
    }
}
