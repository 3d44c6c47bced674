/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.testkit.Forebay;
import io.forebay.testkit.drbd.DrbdPair;
import io.forebay.testkit.drbd.FreeAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two Forebays, one for each site of a line under load, and what an operator does to the plug-ins of one of them. */
class HotDeployIT {

    private static final String ZSTD = "io.forebay.codec.zstd";
    private static final String HEAP = "io.forebay.bab.heap";
    private static final long BYTES_PER_SECOND = 10 << 20;
    private static final long SOME_RECORDS = 20;
    private static final long DEADLINE_SECONDS = 60;
    private static final int ROUNDS = 3;

    /** A row of the listing for the data channel and what it sends. */
    private static final Pattern TRANSMITTED = Pattern.compile(
            "\\{[^{}]*\"type\"\\s*:\\s*\"data\"[^{}]*\"direction\"\\s*:\\s*\"transmit\"[^{}]*\"records\"\\s*:\\s*(\\d+)[^{}]*\"rawRecords\"\\s*:\\s*(\\d+)");

    @TempDir
    Path folder;

    private final List<Forebay.Running> running = new ArrayList<>();
    private Forebay near;
    private Forebay far;
    private DrbdPair drbd;

    /** How many records a site has sent, and how many of them were not compressed. */
    private record Records(long all, long raw) {
        long compressed() {
            return all - raw;
        }
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    @BeforeEach
    void startBothSites() throws IOException, InterruptedException {
        List<InetSocketAddress> free = FreeAddresses.loopback(6);
        near = start("near", free.get(0), free.get(1), free.get(2), free.get(5));
        far = start("far", free.get(3), free.get(4), free.get(5), free.get(2));
        for (Forebay.Running one : running) {
            one.awaitReady();
        }
        drbd = new DrbdPair(
                new DrbdPair.Node(free.get(1), free.get(0)),
                new DrbdPair.Node(free.get(4), free.get(3)),
                BYTES_PER_SECOND,
                1);
        await("records are compressed", () -> transmitted(near).compressed() > SOME_RECORDS);
    }

    private Forebay start(
            String site,
            InetSocketAddress inside,
            InetSocketAddress own,
            InetSocketAddress outside,
            InetSocketAddress peer)
            throws IOException {
        Forebay forebay = new Forebay(folder.resolve(site));
        Path etc = Files.createDirectories(forebay.base().resolve("etc"));
        Files.createDirectories(forebay.base().resolve("deploy"));
        Map<String, String> settings = Map.of(
                "inside", text(inside),
                "drbd", text(own),
                "outside", text(outside),
                "peer", text(peer),
                "memlimit", "16M",
                "codec", "zstd level 1",
                "allocator", "heap");
        Files.write(
                etc.resolve("io.forebay.relay-r0.cfg"),
                settings.entrySet().stream()
                        .map(entry -> entry.getKey() + " = " + entry.getValue())
                        .toList());
        running.add(forebay.begin("run"));
        return forebay;
    }

    @AfterEach
    void leaveNothingRunning() throws InterruptedException {
        if (drbd != null) {
            drbd.close();
        }
        for (Forebay.Running one : running) {
            one.process().destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldNeverUseACodecThatOnlyOneSiteHas() throws IOException, InterruptedException {
        for (Forebay without : List.of(near, far)) {
            client(without, "stop " + id(without, ZSTD));
            awaitRaw();
            client(without, "start " + id(without, ZSTD));
            awaitCompressed();
        }
        assertNothingWasLost();
    }

    @Test
    void shouldTakePlugInsFromTheDeployFolderAndLetThemGo() throws IOException, InterruptedException {
        client(near, "uninstall " + id(near, ZSTD));
        client(far, "uninstall " + id(far, HEAP));
        awaitRaw();
        for (int i = 0; i < ROUNDS; i++) {
            Path codec = deploy(near, ZSTD);
            Path allocator = deploy(far, HEAP);
            awaitCompressed();
            await("the allocator is in use", () -> problem(far).isEmpty());
            Files.delete(codec);
            Files.delete(allocator);
            awaitRaw();
            await("another allocator is in use", () -> problem(far).contains("allocator heap is gone"));
        }
        assertNothingWasLost();
    }

    private static Path deploy(Forebay forebay, String symbolicName) throws IOException {
        Path jar;
        try (Stream<Path> files = Files.walk(Forebay.HOME.resolve("system"))) {
            jar = files.filter(path -> path.getFileName().toString().matches(symbolicName + "-\\d.*\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
        // Beside it first, then moved, so that nobody sees half of it.
        Path beside = Files.copy(jar, forebay.base().resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        return Files.move(beside, forebay.base().resolve("deploy").resolve(jar.getFileName()));
    }

    /** Waits until neither site compresses any more. */
    private void awaitRaw() throws IOException, InterruptedException {
        Records[] before = {transmitted(near), transmitted(far)};
        await("all new records of both sites are raw", () -> {
            Records[] now = {transmitted(near), transmitted(far)};
            boolean raw = true;
            for (int i = 0; i < now.length; i++) {
                raw &= now[i].raw() > before[i].raw() + SOME_RECORDS && now[i].compressed() == before[i].compressed();
            }
            if (!raw
                    && now[0].raw() > before[0].raw() + SOME_RECORDS
                    && now[1].raw() > before[1].raw() + SOME_RECORDS) {
                before[0] = now[0];
                before[1] = now[1];
            }
            return raw;
        });
    }

    private void awaitCompressed() throws IOException, InterruptedException {
        Records nearBefore = transmitted(near);
        Records farBefore = transmitted(far);
        await(
                "records of both sites are compressed",
                () -> transmitted(near).compressed() > nearBefore.compressed() + SOME_RECORDS
                        && transmitted(far).compressed() > farBefore.compressed() + SOME_RECORDS);
    }

    private static Records transmitted(Forebay forebay) throws IOException, InterruptedException {
        Matcher row = TRANSMITTED.matcher(client(forebay, "forebay:stats --json"));
        return row.find() ? new Records(Long.parseLong(row.group(1)), Long.parseLong(row.group(2))) : new Records(0, 0);
    }

    private static String problem(Forebay forebay) throws IOException, InterruptedException {
        Matcher problem =
                Pattern.compile("\"problem\"\\s*:\\s*\"([^\"]*)\"").matcher(client(forebay, "forebay:list --json"));
        return problem.find() ? problem.group(1) : "no relay is listed";
    }

    private static String id(Forebay forebay, String symbolicName) throws IOException, InterruptedException {
        Matcher line = Pattern.compile("(?m)^\\s*(\\d+)\\|[^|]*\\|[^|]*\\|" + Pattern.quote(symbolicName) + " ")
                .matcher(client(forebay, "lb -s"));
        assertThat(line.find()).as(symbolicName).isTrue();
        return line.group(1);
    }

    private static String client(Forebay forebay, String command) throws IOException, InterruptedException {
        Forebay.Result result = forebay.call("client", command);
        assertThat(result.status()).as(command + ": " + result.err()).isZero();
        return result.out();
    }

    private void await(String what, Condition condition) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.holds()) {
            assertThat(System.nanoTime())
                    .as("%s: %s, near %s, far %s", what, drbd, transmitted(near), transmitted(far))
                    .isLessThan(deadlineNs);
        }
    }

    private void assertNothingWasLost() throws InterruptedException {
        drbd.finish();
        System.out.println("HotDeployIT: " + drbd);
        assertThat(drbd.losses()).isEmpty();
        assertThat(drbd.connections()).isEqualTo(1);
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
