/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.drbdadm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.api.proxy.ProxyConnection;
import io.forebay.itests.drbdadm.DrbdadmDryRun.Mode;
import io.forebay.testkit.Forebay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A host without DRBD: a running Forebay, and the real drbdadm, which takes itself to be on any host. */
final class DrbdHost implements AutoCloseable {

    private static final Path DRBDADM_AS = Path.of(System.getProperty("basedir", "."), "drbdadm-as");

    private final Path folder;
    private final Forebay forebay;
    private final Forebay.Running running;

    private DrbdHost(Path folder, Forebay forebay) throws IOException {
        this.folder = folder;
        this.forebay = forebay;
        this.running = forebay.begin("run");
    }

    /** Starts a Forebay in a folder; all that is made here is below it. */
    static DrbdHost start(Path folder) throws IOException, InterruptedException {
        DrbdHost host = new DrbdHost(folder, new Forebay(folder.resolve("base")));
        try {
            host.running.awaitReady();
        } catch (AssertionError e) {
            host.close();
            throw e;
        }
        return host;
    }

    static void assumeInstalled(Mode mode) {
        assumeTrue(mode.isInstalled(), () -> "drbd-utils are not installed: there is no " + mode.program());
    }

    /** Runs drbdadm as a host. */
    Forebay.Result drbdadm(Mode mode, String host, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                DRBDADM_AS.toString(),
                mode.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                host,
                tools(mode, host).toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("FOREBAY_HOME", Forebay.HOME.toString());
        builder.environment().put("FOREBAY_BASE", forebay.base().toString());
        return forebay.begin(builder).await();
    }

    /** What drbdsetup is to say of the kernel; without it DRBD is down. */
    void kernel(Mode mode, String host, String state) throws IOException {
        Files.writeString(Files.createDirectories(tools(mode, host)).resolve("kernel"), state);
    }

    /** What drbdadm has called since this was asked last, a line each. */
    List<String> calls(Mode mode, String host) throws IOException {
        Path file = tools(mode, host).resolve("calls");
        if (!Files.exists(file)) {
            return List.of();
        }
        List<String> calls = Files.readAllLines(file);
        Files.delete(file);
        return calls;
    }

    private Path tools(Mode mode, String host) {
        return folder.resolve("tools-" + mode + "-" + host);
    }

    /** Runs drbd-proxy-ctl with these commands, each after a {@code -c}. */
    Forebay.Result ctl(List<String> commands) throws IOException, InterruptedException {
        return words(
                commands.stream().flatMap(command -> Stream.of("-c", command)).toArray(String[]::new));
    }

    Forebay.Result ctl(String... commands) throws IOException, InterruptedException {
        return ctl(List.of(commands));
    }

    /** Runs drbd-proxy-ctl with these arguments. */
    Forebay.Result words(String... arguments) throws IOException, InterruptedException {
        return forebay.call(
                Stream.concat(Stream.of("ctl"), Arrays.stream(arguments)).toArray(String[]::new));
    }

    /** What commands print that cannot be refused. */
    String shown(String... commands) throws IOException, InterruptedException {
        Forebay.Result result = ctl(commands);
        assertThat(result.status()).as(result.err()).isZero();
        return result.out();
    }

    /** That drbdadm would find the connection's settings as it wants them. */
    void assertSettings(ProxyConnection wanted) throws IOException, InterruptedException {
        List<String> lines = shown("show proxy-settings " + wanted.name())
                .lines()
                .map(String::strip)
                .toList();
        int plugins = lines.indexOf("plugin {");
        List<String> options = lines.subList(1, plugins < 0 ? lines.size() - 1 : plugins);
        assertThat(lines).startsWith("proxy {").endsWith("}");
        assertThat(options)
                .containsExactlyInAnyOrderElementsOf(wanted.options().entrySet().stream()
                        .map(option -> option.getKey() + " " + option.getValue() + ";")
                        .toList());
        assertThat(plugins < 0 ? List.<String>of() : lines.subList(plugins + 1, lines.size() - 2))
                .isEqualTo(wanted.plugins().stream().map(words -> words + ";").toList());
    }

    /** Removes what a failed test has left. */
    void removeAll() throws IOException, InterruptedException {
        List<String> deletions = shown("show")
                .lines()
                .filter(line -> line.startsWith("add "))
                .map(line -> "del connection " + line.split(" ")[2])
                .toList();
        if (!deletions.isEmpty()) {
            ctl(deletions);
        }
    }

    /** Of Forebay's process. */
    long pid() {
        return running.process().pid();
    }

    @Override
    public void close() {
        running.process().destroy();
        try {
            assertThat(running.await().status()).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.process().destroyForcibly();
        }
    }
}
