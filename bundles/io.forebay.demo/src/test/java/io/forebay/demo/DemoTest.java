/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole command in a process of its own, with two processes that stand in for Forebays. */
@Timeout(120)
class DemoTest {
    private final long seed = System.nanoTime();

    @TempDir
    private Path folder;

    private Path home;
    private Path temporary;
    private Path file;

    @BeforeEach
    void makeADistribution() throws IOException {
        System.out.println("seed " + seed);
        home = folder.resolve("home");
        temporary = Files.createDirectories(folder.resolve("tmp"));
        Files.createDirectories(home.resolve("etc"));
        Files.writeString(home.resolve("etc/io.forebay.relay-of-the-operator.cfg"), "inside = 127.0.0.1:1");
        Files.writeString(home.resolve("etc/org.ops4j.pax.logging.cfg"), "level = info");
        Files.createDirectories(home.resolve("lib"));
        launcherJar(home.resolve("lib/forebay-launcher.jar"));
        byte[] content = new byte[2_000_000];
        new Random(seed).nextBytes(content);
        file = Files.write(folder.resolve("file"), content);
    }

    @Test
    void shouldPrintOneJsonObjectAndLeaveNothingBehind() throws Exception {
        Ran ran = run("--json", "--rate-mbit", "40", "--delay-ms", "5");
        assertThat(ran.exit).as(ran.err).isZero();
        assertThat(ran.out.lines()).hasSize(1);
        Map<String, Object> result = JSON.std.mapFrom(ran.out);
        assertThat(result)
                .containsEntry("bytes", 2_000_000)
                .containsEntry("equal", true)
                .containsEntry("sha256Source", Transfer.sha256(file, 2_000_000))
                .containsEntry("sha256Target", Transfer.sha256(file, 2_000_000))
                .containsEntry("codec", "zstd level 3")
                .containsEntry("allocator", "direct")
                .containsEntry("rateMbit", 40.0)
                .containsEntry("delayMs", 5.0)
                .containsEntry("directSeconds", 0.4);
        assertThat(number(result, "wanSeconds")).isGreaterThan(0.3).isGreaterThan(number(result, "senderBusySeconds"));
        assertThat(number(result, "wanBytes")).isGreaterThan(2_000_000);
        assertThat(number(result, "ratio")).isBetween(0.9, 1.0);
        assertThat(number(result, "peakBacklogBytes")).isPositive();
        assertThat(number(result, "pingMedianMs")).isGreaterThanOrEqualTo(10);
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void shouldShowProgressAndAnAlignedResult() throws Exception {
        Ran ran = run("--rate-mbit", "8");
        assertThat(ran.exit).as(ran.err).isZero();
        assertThat(ran.err).contains("% delivered").contains("over the WAN").contains("backlog");
        assertThat(ran.out.lines())
                .anyMatch(line -> line.matches("bytes {11}2000000"))
                .anyMatch(line -> line.matches("equal {11}yes"))
                .anyMatch(line -> line.matches("SHA-256 target  [0-9a-f]{64}"));
    }

    @Test
    void shouldBoundItselfBySeconds() throws Exception {
        Ran ran = run("--json", "--rate-mbit", "8", "--seconds", "1");
        assertThat(ran.exit).as(ran.err).isZero();
        Map<String, Object> result = JSON.std.mapFrom(ran.out);
        assertThat(number(result, "bytes")).isBetween(131_072.0, 1_000_000.0);
        assertThat(result).containsEntry("equal", true);
    }

    @Test
    void shouldFailIfOneBitArrivesWrong() throws Exception {
        Ran ran = run("--json", "--codec", "flipping");
        assertThat(ran.exit).isEqualTo(1);
        assertThat(JSON.std.mapFrom(ran.out)).containsEntry("equal", false);
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void shouldShowWhatAForebaySaidThatEnded() throws Exception {
        Ran ran = run("--codec", "missing");
        assertThat(ran.exit).isEqualTo(1);
        assertThat(ran.out).isEmpty();
        assertThat(ran.err)
                .contains("the Forebay of site a ended by itself with exit status 3; it said:")
                .contains("  | codec missing is not installed");
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void shouldEndWithWhatARelaySaysThatDoesNotWorkAsConfigured() throws Exception {
        Ran ran = run("--codec", "refused");
        assertThat(ran.exit).isEqualTo(1);
        assertThat(ran.out).isEmpty();
        assertThat(ran.err.lines())
                .last()
                .isEqualTo("forebay demo: the Forebay of site a cannot relay as asked: codec refused is not used");
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void shouldSayWhichForebayDiedWhileBytesWereUnderWay() throws Exception {
        Process demo = start("--rate-mbit", "1");
        await(() -> text("err").contains("% delivered"));
        ProcessHandle child = demo.children().findFirst().orElseThrow();
        child.destroyForcibly();
        assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).isEqualTo(1);
        assertThat(text("err")).containsPattern("the Forebay of site [ab] ended by itself with exit status 137");
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void shouldLeaveNothingRunningAndNothingBehindWhenTerminated() throws Exception {
        Process demo = start("--rate-mbit", "1");
        await(() -> text("err").contains("% delivered"));
        List<ProcessHandle> children = demo.children().toList();
        assertThat(children).hasSize(2);
        demo.destroy();
        assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).isNotZero();
        assertThat(children).noneMatch(ProcessHandle::isAlive);
        assertThat(temporary).isEmptyDirectory();
        assertThat(text("out")).isEmpty();
    }

    @Test
    void shouldKeepTheFolderIfAskedAndStartNoRelayOfTheOperator() throws Exception {
        Ran ran = run("--keep", "--memlimit", "64M");
        assertThat(ran.exit).as(ran.err).isZero();
        Path kept;
        try (Stream<Path> folders = Files.list(temporary)) {
            kept = folders.filter(Files::isDirectory).findFirst().orElseThrow();
        }
        assertThat(ran.err).contains(kept.toString());
        assertThat(kept.resolve("received")).hasSameBinaryContentAs(file);
        assertThat(kept.resolve("site-a/etc").toFile().list())
                .containsExactlyInAnyOrder("io.forebay.relay-demo.cfg", "org.ops4j.pax.logging.cfg");
        assertThat(kept.resolve("site-b/etc/io.forebay.relay-demo.cfg"))
                .content()
                .contains("memlimit = 64M\ncodec = zstd level 3\nallocator = direct\n");
        assertThat(home.resolve("etc/io.forebay.relay-demo.cfg")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "--fast, Unknown option: '--fast'",
        "--file=/no/such/file, --file must name a file",
        "--file=/, --file must name a file",
        "--seconds=-1, --seconds must lie between",
        "--seconds=soon, Invalid value for option '--seconds'",
        "--rate-mbit=0, --rate-mbit must lie between",
        "--rate-mbit=NaN, --rate-mbit must lie between",
        "--delay-ms=-3, --delay-ms must lie between",
        "--delay-ms=5000, --delay-ms must lie between",
        "--codec=;rm, --codec must be a name",
        "--allocator=A B, --allocator must be a name",
        "--memlimit=lots, --memlimit must be a number",
        "leftover, Unmatched argument"
    })
    void shouldRefuseNonsenseInOneSentence(String option, String sentence) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Demo.run(print(out), print(err), "--home", home.toString(), option);
        assertThat(exit).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("forebay demo: ")
                .contains(sentence);
        assertThat(out.size()).isZero();
    }

    @Test
    void shouldSayThatADistributionIsMissing() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Demo.run(print(new ByteArrayOutputStream()), print(err), "--home", "/no/such/folder");
        assertThat(exit).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("no Forebay to start")
                .contains("/no/such/folder");
    }

    @Test
    void shouldExplainItself() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(Demo.run(print(out), System.err, "--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("--seconds").contains("Exit status:");
    }

    private record Ran(int exit, String out, String err) {}

    private Ran run(String... options) throws Exception {
        Process demo = start(options);
        assertThat(demo.waitFor(90, TimeUnit.SECONDS)).isTrue();
        return new Ran(demo.exitValue(), text("out"), text("err"));
    }

    private Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-Dforebay.home=" + home,
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Demo.class.getName(),
                "--file",
                file.toString()));
        command.addAll(List.of(options));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    private String text(String stream) {
        try {
            return Files.readString(folder.resolve(stream));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double number(Map<String, Object> result, String key) {
        return ((Number) result.get(key)).doubleValue();
    }

    private static PrintStream print(OutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        long deadlineNs = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(text("err")).isLessThan(deadlineNs);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static void launcherJar(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, FakeForebay.class.getName());
        main.put(Attributes.Name.CLASS_PATH, location(FakeForebay.class) + " " + location(WanEmulator.class));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.finish();
        }
    }

    private static String location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().toString();
    }
}
