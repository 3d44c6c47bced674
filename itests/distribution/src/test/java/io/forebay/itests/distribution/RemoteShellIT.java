/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forebay.testkit.Forebay;
import io.forebay.testkit.drbd.FreeAddresses;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The remote shell with the SSH client that operators have. */
class RemoteShellIT {

    private static final long DEADLINE_SECONDS = 60;

    @TempDir
    Path folder;

    private Forebay forebay;
    private Forebay.Running running;
    private Path authorized;
    private int port;

    @BeforeEach
    void run() throws IOException, InterruptedException {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, "ssh"))),
                "there is no OpenSSH client");
        forebay = new Forebay(folder.resolve("base"));
        authorized = forebay.base().resolve("etc/authorized_keys");
        Files.createDirectories(authorized.getParent());
        port = FreeAddresses.loopback(1).get(0).getPort();
        makeKey("ed25519");
        makeKey("ecdsa");
        running = forebay.begin("run");
        running.awaitReady();
    }

    @AfterEach
    void leaveNothingRunning() throws InterruptedException {
        if (running != null) {
            running.process().destroyForcibly().waitFor();
        }
    }

    private void makeKey(String type) throws IOException, InterruptedException {
        Path file = folder.resolve(type);
        Forebay.Result made = forebay.begin(new ProcessBuilder(
                        "ssh-keygen", "-q", "-t", type, "-N", "", "-C", type + "-owner", "-f", file.toString()))
                .await();
        assertThat(made.status()).as(made.err()).isZero();
    }

    private void authorize(String type) throws IOException {
        Files.copy(folder.resolve(type + ".pub"), authorized);
        Files.setPosixFilePermissions(authorized, PosixFilePermissions.fromString("rw-------"));
    }

    private Path configuration() {
        return authorized.resolveSibling("io.forebay.ssh.cfg");
    }

    private void configure() throws IOException, InterruptedException {
        Files.writeString(configuration(), "listen = 127.0.0.1:" + port + "\n");
        awaitLog(line -> line.contains("The remote shell listens on 127.0.0.1:" + port));
    }

    private void awaitLog(Predicate<String> wanted) throws IOException, InterruptedException {
        Path log = forebay.base().resolve("log/forebay.log");
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (Files.readString(log).lines().noneMatch(wanted)) {
            assertThat(System.nanoTime()).as(Files.readString(log)).isLessThan(deadlineNs);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private ProcessBuilder ssh(String key, String... words) {
        List<String> command = new ArrayList<>(List.of("ssh", "-F", "/dev/null", "-p", String.valueOf(port)));
        command.addAll(List.of("-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"));
        command.addAll(List.of("-o", "StrictHostKeyChecking=accept-new", "-o", "IdentityAgent=none"));
        command.addAll(List.of("-o", "UserKnownHostsFile=" + folder.resolve("known_hosts")));
        command.addAll(List.of("-i", folder.resolve(key).toString()));
        Collections.addAll(command, words);
        return new ProcessBuilder(command);
    }

    private Forebay.Result call(String key, String line) throws IOException, InterruptedException {
        return forebay.begin(ssh(key, "forebay@127.0.0.1", line)).await();
    }

    @Test
    void shouldRunCommandsForAnAuthorizedKeyOnly() throws IOException, InterruptedException {
        assertThat(call("ed25519", "lb").status()).as("before it is configured").isEqualTo(255);
        configure();
        awaitLog(line -> line.contains("Nobody can log in") && line.contains(authorized + " does not exist"));
        assertThat(call("ed25519", "lb").err()).contains("Permission denied (publickey)");

        authorize("ed25519");
        Forebay.Result list = call("ed25519", "forebay:list --json");
        assertThat(list.err()).isEmpty();
        assertThat(list.out().strip()).startsWith("[").endsWith("]");
        assertThat(list.status()).isZero();
        Forebay.Result nonsense = call("ed25519", "nonsense");
        assertThat(nonsense.err()).contains("nonsense");
        assertThat(nonsense.status()).isEqualTo(1);
        awaitLog(line -> line.contains("(ed25519-owner) command=\"nonsense\" status=1"));

        Forebay.Result stranger = call("ecdsa", "lb");
        assertThat(stranger.err()).contains("Permission denied (publickey)");
        assertThat(stranger.status()).isEqualTo(255);
        awaitLog(line -> line.contains("ssh login refused: from=127.0.0.1:") && line.contains("is not authorized"));

        Path hostKey = forebay.base().resolve("data/ssh_host_key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(hostKey)))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldServeATerminal() throws IOException, InterruptedException {
        authorize("ecdsa");
        configure();
        Path screen = folder.resolve("screen");
        Process terminal = ssh("ecdsa", "-tt", "forebay@127.0.0.1")
                .redirectOutput(screen.toFile())
                .redirectError(folder.resolve("complaints").toFile())
                .start();
        try (OutputStream keyboard = terminal.getOutputStream()) {
            awaitScreen(screen, "forebay> ");
            type(keyboard, "lb -s | grep io.forebay.engine\r");
            awaitScreen(screen, "Active");
            type(keyboard, "forebay:list\r");
            awaitScreen(screen, "There is no relay");
            type(keyboard, "exit\r");
            assertThat(terminal.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(terminal.exitValue()).isZero();
        } finally {
            terminal.destroyForcibly();
        }
    }

    private static void type(OutputStream keyboard, String text) throws IOException {
        keyboard.write(text.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    private static void awaitScreen(Path screen, String text) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!Files.readString(screen).contains(text)) {
            assertThat(System.nanoTime()).as(Files.readString(screen)).isLessThan(deadlineNs);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void shouldCloseItsSessionsWithTheBundleTheFileAndTheFramework() throws IOException, InterruptedException {
        authorize("ed25519");
        configure();
        Forebay.Running first = sleeper();
        String id = call("ed25519", "lb -s")
                .out()
                .lines()
                .filter(line -> line.matches(".*\\|io\\.forebay\\.ssh .*"))
                .map(line -> line.split("\\|")[0].strip())
                .findFirst()
                .orElseThrow();
        assertThat(forebay.call("client", "stop", id).status()).isZero();
        assertThat(first.await().status()).isEqualTo(255);
        assertThat(call("ed25519", "lb").status()).isEqualTo(255);

        assertThat(forebay.call("client", "start", id).status()).isZero();
        Forebay.Running second = sleeper();
        Files.delete(configuration());
        assertThat(second.await().status()).isEqualTo(255);

        Files.writeString(configuration(), "listen = 127.0.0.1:" + port + "\n");
        Forebay.Running third = sleeper();
        running.process().destroy();
        assertThat(third.await().status()).isEqualTo(255);
        assertThat(running.await().status()).isZero();
    }

    /** A command that ends only with its session; waits until it runs. */
    private Forebay.Running sleeper() throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (call("ed25519", "echo awake").status() != 0) {
            assertThat(System.nanoTime()).as("the port opens").isLessThan(deadlineNs);
        }
        Forebay.Running sleeper = forebay.begin(ssh("ed25519", "forebay@127.0.0.1", "echo asleep; sleep 1000"));
        awaitScreen(sleeper.out(), "asleep");
        return sleeper;
    }
}
