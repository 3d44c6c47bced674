/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.testkit.Forebay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does with the unpacked tarball. */
class DistributionIT {
    /** A line of {@code lb -s}: id, state, level, symbolic name and version. */
    private static final Pattern BUNDLE =
            Pattern.compile("^\\s*\\d+\\|(\\w+)\\s*\\|\\s*\\d+\\|([^ (]+).*$", Pattern.MULTILINE);

    @TempDir
    Path folder;

    private Forebay forebay;
    private Forebay.Running running;

    @BeforeEach
    void chooseABase() {
        forebay = new Forebay(folder.resolve("base"));
    }

    @AfterEach
    void leaveNothingRunning() throws InterruptedException {
        if (running != null) {
            running.process().destroyForcibly().waitFor();
        }
    }

    private void run() throws IOException, InterruptedException {
        running = forebay.begin("run");
        running.awaitReady();
    }

    private Forebay.Result terminate() throws IOException, InterruptedException {
        running.process().destroy(); // SIGTERM
        return running.await();
    }

    @Test
    void shouldHaveEveryBundleActiveWhenReady() throws IOException, InterruptedException {
        run();
        Forebay.Result list = forebay.call("client", "lb", "-s");
        assertThat(list.status()).as(list.err()).isZero();
        Map<String, String> states = new HashMap<>();
        Matcher matcher = BUNDLE.matcher(list.out());
        while (matcher.find()) {
            states.put(matcher.group(2), matcher.group(1));
        }
        Set<String> fragments = new TreeSet<>();
        Set<String> shipped = shipped(fragments);
        assertThat(states).as(list.out()).containsKeys(shipped.toArray(String[]::new));
        states.forEach((name, state) ->
                assertThat(state).as(name).isEqualTo(fragments.contains(name) ? "Resolved" : "Active"));

        Forebay.Result result = terminate();
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out().lines().filter(line -> line.startsWith("forebay: ready")))
                .hasSize(1);
    }

    private static Set<String> shipped(Set<String> fragments) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Forebay.HOME.resolve("system"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".jar")).toList()) {
                try (JarFile jar = new JarFile(file.toFile())) {
                    Attributes headers = jar.getManifest().getMainAttributes();
                    String name = headers.getValue("Bundle-SymbolicName")
                            .split(";")[0]
                            .strip();
                    names.add(name);
                    if (headers.getValue("Fragment-Host") != null) {
                        fragments.add(name);
                    }
                }
            }
        }
        return names;
    }

    @Test
    void shouldRefuseASecondForebayOnOneBase() throws IOException, InterruptedException {
        run();
        Forebay.Result second = forebay.call("run");
        assertThat(second.status()).isEqualTo(4);
        assertThat(second.err())
                .hasLineCount(1)
                .contains("Another Forebay", String.valueOf(running.process().pid()));
        assertThat(terminate().status()).isZero();
    }

    @Test
    void shouldStartAgainOnTheSameBaseAfterItWasKilled() throws IOException, InterruptedException {
        run();
        running.process().destroyForcibly().waitFor();
        assertThat(forebay.call("status").status()).isEqualTo(1);
        run();
        assertThat(forebay.call("status").status()).isZero();
        assertThat(terminate().status()).isZero();
    }

    @Test
    void shouldStartInTheBackgroundAndStop() throws IOException, InterruptedException {
        Forebay.Result start = forebay.call("start");
        try {
            assertThat(start.status()).as(start.err()).isZero();
            assertThat(start.out()).startsWith("forebay: ready");
            assertThat(forebay.call("status").status()).isZero();
            assertThat(forebay.call("start").status()).isEqualTo(4);
        } finally {
            Forebay.Result stop = forebay.call("stop");
            assertThat(stop.status()).as(stop.err()).isZero();
        }
        assertThat(forebay.call("status").status()).isEqualTo(3);
    }

    @Test
    void shouldSayThatNoForebayAnswers() throws IOException, InterruptedException {
        Forebay.Result client = forebay.call("client", "lb");
        assertThat(client.status()).isEqualTo(3);
        assertThat(client.err()).hasLineCount(1).contains("No Forebay answers", folder.toString(), "start");
        assertThat(client.out()).isEmpty();
    }
}
