/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.testkit.Forebay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the Debian package, as {@code dpkg-deb} sees it. */
class DebianPackageIT {
    private static final String PACKAGE = System.getProperty("forebay.deb");

    /** Fields of a line of {@code dpkg-deb --contents}: mode, owner, size, day, time, path. */
    private static final int FIELDS = 6;

    private static Map<String, String> modes;
    private static Path files;
    private static Path control;

    /**
     * What a program wrote.
     *
     * @param status its exit status
     * @param text standard output and standard error
     */
    private record Result(int status, String text) {}

    private static Result call(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), text);
    }

    private static String dpkg(String... words) throws IOException, InterruptedException {
        Result result =
                call(Stream.concat(Stream.of("dpkg-deb"), Arrays.stream(words)).toArray(String[]::new));
        assertThat(result.status()).as(result.text()).isZero();
        return result.text();
    }

    @BeforeAll
    static void unpack(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "dpkg-deb"))),
                "there is no dpkg-deb to look into the package with");
        files = folder.resolve("files");
        control = folder.resolve("control");
        dpkg("--extract", PACKAGE, files.toString());
        dpkg("--control", PACKAGE, control.toString());
        modes = new TreeMap<>();
        for (String line : dpkg("--contents", PACKAGE).lines().toList()) {
            String[] fields = line.split("\\s+", FIELDS);
            modes.put(
                    fields[FIELDS - 1].replaceFirst("^\\.", "").replaceFirst("(?<=.)/$", ""),
                    fields[0] + " " + fields[1]);
        }
    }

    private static String mode(String path) {
        return modes.get(path);
    }

    private static String target(String path) throws IOException {
        return Files.readSymbolicLink(files.resolve(path.substring(1))).toString();
    }

    @Test
    void shouldHaveAVersionThatComesBeforeItsRelease() throws IOException, InterruptedException {
        String version = dpkg("--field", PACKAGE, "Version").strip();
        assertThat(version).matches("\\d+\\.\\d+\\.\\d+(~\\w+)?");
        if (version.contains("~")) {
            assertThat(call("dpkg", "--compare-versions", version, "lt", version.replaceFirst("~.*", ""))
                            .status())
                    .isZero();
        }
    }

    @Test
    void shouldTakeThePlaceOfDrbdProxyAndNeedAJava() throws IOException, InterruptedException {
        for (String field : List.of("Provides", "Conflicts", "Replaces")) {
            assertThat(dpkg("--field", PACKAGE, field).strip()).isEqualTo("drbd-proxy");
        }
        assertThat(dpkg("--field", PACKAGE, "Depends")).contains("java17-runtime-headless", "adduser");
    }

    @Test
    void shouldBelongToRootAndBeWritableForNobodyElse() {
        assertThat(modes).allSatisfy((path, mode) -> {
            assertThat(mode).as(path).endsWith(" root/root");
            assertThat(mode).as(path).matches(mode.startsWith("l") ? "l.*" : "(d|-)rw[x-]r-[x-]r-[x-] .*");
        });
        assertThat(mode("/usr/share/forebay/bin/forebay")).startsWith("-rwxr-xr-x");
    }

    @Test
    void shouldLinkItsCommandsAndFolders() throws IOException {
        for (String command : List.of("/usr/bin/forebay", "/usr/sbin/drbd-proxy", "/usr/sbin/drbd-proxy-ctl")) {
            assertThat(files.resolve(command.substring(1)).toRealPath())
                    .isEqualTo(files.resolve("usr/share/forebay/bin/forebay").toRealPath());
        }
        assertThat(target("/usr/share/forebay/conf")).isEqualTo("/etc/forebay");
        assertThat(target("/usr/share/forebay/etc")).isEqualTo("/etc/forebay");
        assertThat(target("/var/lib/forebay/etc")).isEqualTo("/etc/forebay");
        assertThat(target("/var/lib/forebay/log")).isEqualTo("../../log/forebay");
        assertThat(target("/var/lib/forebay/run")).isEqualTo("/run/forebay");
    }

    @Test
    void shouldKeepWhatTheOperatorChangesBelowEtc() throws IOException {
        List<String> below = modes.entrySet().stream()
                .filter(entry ->
                        entry.getKey().startsWith("/etc/") && entry.getValue().startsWith("-"))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(Files.readAllLines(control.resolve("conffiles"))).containsExactlyInAnyOrderElementsOf(below);
        assertThat(below)
                .contains(
                        "/etc/forebay/environment",
                        "/etc/forebay/java.options",
                        "/etc/forebay/framework.properties",
                        "/etc/forebay/gosh_profile",
                        "/etc/forebay/org.ops4j.pax.logging.cfg",
                        "/etc/forebay/io.forebay.relay-example.cfg.disabled");
    }

    @Test
    void shouldHaveTheBundlesOfTheTarball() throws IOException {
        assertThat(below(files.resolve("usr/share/forebay/system"))).isEqualTo(below(Forebay.HOME.resolve("system")));
        assertThat(below(files.resolve("usr/share/forebay/lib"))).isEqualTo(below(Forebay.HOME.resolve("lib")));
    }

    private static List<String> below(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(path -> folder.relativize(path).toString()).sorted().toList();
        }
    }

    @Test
    void shouldHaveTheUnitOfTheTarball() throws IOException {
        assertThat(files.resolve("usr/lib/systemd/system/drbd-proxy.service"))
                .hasSameTextualContentAs(Forebay.HOME.resolve("share/systemd/drbd-proxy.service"));
    }

    @Test
    void shouldHaveMaintainerScriptsThatAShellUnderstands() throws IOException, InterruptedException {
        for (String script : List.of("postinst", "prerm", "postrm")) {
            Path file = control.resolve(script);
            assertThat(file).isExecutable();
            Result result = call("sh", "-n", file.toString());
            assertThat(result.status()).as(result.text()).isZero();
        }
    }

    @Test
    void shouldRunAsItsOwnUserOnTheSystemsFolders() throws IOException, InterruptedException {
        Result result = call(
                "sh", "-c", ". " + files.resolve("etc/forebay/environment") + "; echo \"$FOREBAY_USER $FOREBAY_BASE\"");
        assertThat(result).isEqualTo(new Result(0, "forebay /var/lib/forebay\n"));
    }

    @Test
    void shouldAnswerForTheDaemonWhosePlaceItTakes() throws IOException, InterruptedException {
        String program = files.resolve("usr/sbin/drbd-proxy").toString();
        for (String option : List.of("--version", "-v")) {
            Result result = call(program, option);
            assertThat(result.status()).isZero();
            // how LINSTOR reads it
            assertThat(result.text()).matches("drbd-proxy 4\\.\\d+\\.\\d+ \\(Forebay .*\\)\n");
        }
        Result bare = call(program);
        assertThat(bare.status()).isEqualTo(2);
        assertThat(bare.text()).hasLineCount(1).contains("systemctl start drbd-proxy", "forebay start");
    }
}
