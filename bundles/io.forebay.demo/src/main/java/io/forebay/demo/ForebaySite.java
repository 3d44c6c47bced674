/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import io.forebay.tools.control.ControlQuery;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A Forebay in a process of its own, started from an unpacked distribution, which it leaves untouched. */
final class ForebaySite implements Site {
    static final String LAUNCHER = "lib/forebay-launcher.jar";

    private static final String READY = "forebay: ready";
    private static final String RELAY = "io.forebay.relay-";
    private static final long READY_NS = 60_000_000_000L;
    private static final long LOOK_MS = 50;
    private static final int STOP_SECONDS = 5;
    private static final int TAIL_LINES = 15;

    private final String name;
    private final Path console;
    private final Process process;
    private final RelayWatch relay;

    private ForebaySite(String name, Path base, Path console, Process process) {
        this.name = name;
        this.console = console;
        this.process = process;
        relay = new RelayWatch(name, new ControlQuery(base));
    }

    static Launcher launcher(DemoPlan plan) {
        return (name, base, addresses) -> launch(plan, name, base, addresses);
    }

    private static ForebaySite launch(DemoPlan plan, String name, Path base, Addresses addresses) throws IOException {
        Path etc = Files.createDirectories(base.resolve("etc"));
        copyConfiguration(plan.home().resolve("etc"), etc);
        Files.writeString(etc.resolve(RELAY + "demo.cfg"), relay(plan, addresses));
        Path console = base.resolve("console.log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dforebay.home=" + plan.home(),
                        "-Dforebay.base=" + base,
                        "-jar",
                        plan.home().resolve(LAUNCHER).toString())
                .directory(base.toFile())
                .redirectErrorStream(true)
                .redirectOutput(console.toFile())
                .start();
        return new ForebaySite(name, base, console, process);
    }

    /** All but relays: those of the operator do not run twice because somebody looks at a demo. */
    private static void copyConfiguration(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return;
        }
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.getFileName().toString().startsWith(RELAY)) {
                    Files.copy(file, to.resolve(file.getFileName().toString()));
                }
            }
        }
    }

    private static String relay(DemoPlan plan, Addresses addresses) {
        return String.join(
                "\n",
                "inside = " + text(addresses.inside()),
                "drbd = " + text(addresses.drbd()),
                "outside = " + text(addresses.outside()),
                "peer = " + text(addresses.peer()),
                "memlimit = " + plan.memlimit(),
                "codec = " + plan.codec(),
                "allocator = " + plan.allocator(),
                "");
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    @Override
    public void awaitReady() throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + READY_NS;
        while (lines().stream().noneMatch(line -> line.startsWith(READY)) || !relay.isOpen()) {
            requireAlive();
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IOException(withTail("is not ready after " + READY_NS / 1_000_000_000 + " s"));
            }
            process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void requireRunning() throws IOException {
        requireAlive();
        relay.look();
    }

    private void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(withTail("ended by itself with exit status " + process.exitValue()));
        }
    }

    private String withTail(String what) throws IOException {
        List<String> lines = lines();
        List<String> tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
        return "the Forebay of site " + name + " " + what + (tail.isEmpty() ? " and has said nothing" : "; it said:")
                + tail.stream()
                        .map(line -> System.lineSeparator() + "  | " + line)
                        .reduce("", String::concat);
    }

    private List<String> lines() throws IOException {
        // Whatever bytes a dying process left behind have to be shown, valid UTF-8 or not.
        return new String(Files.readAllBytes(console), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    /** Ends the process as an operator would, and by force if it takes too long. */
    @Override
    public void close() {
        process.destroy();
        if (!ended()) {
            process.destroyForcibly();
            ended();
        }
    }

    private boolean ended() {
        try {
            return process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
