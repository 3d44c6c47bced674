/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.distribution;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.forebay.testkit.Forebay;
import io.forebay.testkit.SampleData;
import io.forebay.testkit.drbd.FreeAddresses;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The plug-ins of {@code itests/vendor-example}, a build of its own that knows nothing but the API, in two running Forebays.
 * Skipped if they have not been built; {@code -Dvendor.example=required} makes that a failure.
 */
class VendorPlugInIT {

    private static final Path JAR = Path.of(System.getProperty("forebay.vendor.jar"));
    private static final boolean REQUIRED =
            System.getProperty("vendor.example", "").equals("required");
    private static final String HOW =
            JAR + " is there: README, \"Development\", says how the vendor's example is built";

    private static final long DEADLINE_SECONDS = 60;
    private static final int DRBD_MAGIC = 0x83740267;
    private static final int P_INITIAL_DATA = 0xFFF2;
    private static final int P_DATA = 0x00;
    private static final int DATA_BYTES = 24 + 4096;
    private static final int PACKETS = 2000;

    @TempDir
    Path folder;

    private final List<Site> sites = new ArrayList<>();

    @BeforeEach
    void needThePlugIns() {
        if (REQUIRED) {
            assertThat(JAR).as(HOW).exists();
        }
        assumeThat(JAR).as(HOW).exists();
    }

    @AfterEach
    void leaveNothingRunning() throws InterruptedException {
        for (Site site : sites) {
            if (site.running != null) {
                site.running.process().destroyForcibly().waitFor();
            }
        }
    }

    /** One Forebay with a relay r0. */
    private static final class Site {
        private final Path base;
        private final Forebay forebay;
        private final InetSocketAddress drbd;
        private final InetSocketAddress inside;
        private final InetSocketAddress outside;
        private Forebay.Running running;

        Site(Path base, String ip) throws IOException {
            this.base = base;
            forebay = new Forebay(base);
            Files.createDirectories(base.resolve("etc"));
            Files.createDirectories(base.resolve("deploy"));
            List<InetSocketAddress> free = FreeAddresses.of(InetAddress.getByName(ip), 3);
            drbd = free.get(0);
            inside = free.get(1);
            outside = free.get(2);
        }

        void relay(Site peer, String more) throws IOException {
            String text = "inside = %s\ndrbd = %s\noutside = %s\npeer = %s\nmemlimit = 32M\n%s\n"
                    .formatted(text(inside), text(drbd), text(outside), text(peer.outside), more);
            Path file = Files.writeString(base.resolve("relay"), text);
            Files.move(file, base.resolve("etc/io.forebay.relay-r0.cfg"), REPLACE_EXISTING);
        }

        /** Put into place in one step, as the file watcher looks at it at any time. */
        void deploy() throws IOException {
            Path file = Files.copy(JAR, base.resolve("plug-ins"), REPLACE_EXISTING);
            Files.move(file, base.resolve("deploy/" + JAR.getFileName()), REPLACE_EXISTING);
        }

        void start() throws IOException, InterruptedException {
            running = forebay.begin("run");
            running.awaitReady();
        }

        String client(String... words) throws IOException, InterruptedException {
            String[] all = new String[words.length + 1];
            all[0] = "client";
            System.arraycopy(words, 0, all, 1, words.length);
            Forebay.Result result = forebay.call(all);
            assertThat(result.status()).as(result.err()).isZero();
            return result.out();
        }

        private static String text(InetSocketAddress address) {
            return address.getAddress().getHostAddress() + ":" + address.getPort();
        }
    }

    @Test
    void shouldServeTheRelaysOfBothSitesWhenDroppedIntoTheirDeployFolders() throws Exception {
        Site alice = new Site(folder.resolve("alice"), "127.1.2.1");
        Site bob = new Site(folder.resolve("bob"), "127.1.2.2");
        sites.addAll(List.of(alice, bob));
        alice.relay(bob, "");
        bob.relay(alice, "");
        alice.start();
        bob.start();
        long seed = SampleData.printedSeed("VendorPlugInIT");
        try (ServerSocket far = new ServerSocket()) {
            far.setReuseAddress(true);
            far.bind(bob.drbd);
            far.setSoTimeout((int) TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
            await("the bridge", alice, text -> text.contains("waiting"), "list");
            try (Socket from = new Socket()) {
                from.bind(new InetSocketAddress(alice.drbd.getAddress(), 0));
                from.connect(alice.inside);
                from.getOutputStream()
                        .write(ByteBuffer.allocate(8)
                                .putInt(DRBD_MAGIC)
                                .putShort((short) P_INITIAL_DATA)
                                .array());
                try (Socket to = far.accept()) {
                    assertThat(to.getInputStream().readNBytes(8)).startsWith(0x83, 0x74, 0x02, 0x67, 0xFF, 0xF2);
                    assertCarried(from, to, seed);
                    long records = stat(alice, "records");
                    assertThat(stat(alice, "rawRecords")).isEqualTo(records).isPositive();

                    // The relay is at work all the time from here on.
                    for (Site site : sites) {
                        site.deploy();
                    }
                    for (Site site : sites) {
                        await("the services", site, VendorPlugInIT::isRegistered, "scr:list");
                        assertThat(site.client("lb", "-s"))
                                .containsPattern("\\|Active +\\| +\\d+\\|com\\.example\\.forebay ");
                    }
                    alice.relay(bob, "codec = rle run 8\nallocator = pooled");
                    bob.relay(alice, "codec = rle\nallocator = pooled");
                    for (Site site : sites) {
                        await(
                                "the memory",
                                site,
                                text -> text.contains("\"allocator\" : \"pooled\""),
                                "memusage",
                                "--json");
                    }
                    await("the codec", alice, text -> text.contains("rle run 8"), "list");
                    long rawBefore = stat(alice, "rawRecords");
                    long wireBefore = stat(alice, "wireBytes");
                    assertCarried(from, to, seed + 1);
                    assertThat(stat(alice, "rawRecords") - rawBefore)
                            .as("records that were not compressed")
                            .isLessThanOrEqualTo(1);
                    assertThat(stat(alice, "wireBytes") - wireBefore)
                            .as("bytes on the line for %d", PACKETS * DATA_BYTES)
                            .isLessThan((long) PACKETS * DATA_BYTES / 2);
                }
            }
        }
        for (Site site : sites) {
            assertThat(site.client("list", "--json")).contains("\"problem\" : \"\"");
        }
    }

    private static boolean isRegistered(String list) {
        return Pattern.compile("RleCodec in bundle.*\\R.*ACTIVE").matcher(list).find()
                && Pattern.compile("PooledBabAllocator in bundle.*\\R.*ACTIVE")
                        .matcher(list)
                        .find();
    }

    /** Sends packets as DRBD frames them, and compares what the far DRBD gets. */
    private static void assertCarried(Socket from, Socket to, long seed) throws Exception {
        Thread sender = new Thread(() -> {
            try {
                OutputStream out = from.getOutputStream();
                SplittableRandom random = new SplittableRandom(seed);
                for (int i = 0; i < PACKETS; i++) {
                    out.write(packet(random));
                }
            } catch (IOException e) {
                // The reader misses what was not sent.
            }
        });
        sender.start();
        to.setSoTimeout((int) TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < PACKETS; i++) {
            byte[] expected = packet(random);
            assertThat(to.getInputStream().readNBytes(expected.length))
                    .as("packet %d", i)
                    .isEqualTo(expected);
        }
        sender.join();
    }

    /** A block of a device that is mostly empty. */
    private static byte[] packet(SplittableRandom random) {
        ByteBuffer packet = ByteBuffer.allocate(8 + DATA_BYTES)
                .putInt(DRBD_MAGIC)
                .putShort((short) P_DATA)
                .putShort((short) DATA_BYTES);
        byte[] content = new byte[200 + random.nextInt(1000)];
        random.nextBytes(content);
        return packet.put(content).array();
    }

    /** A number of {@code stats} about what alice's data channel transmits. */
    private static long stat(Site site, String key) throws IOException, InterruptedException {
        String stats = site.client("stats", "--json");
        for (String row : stats.split("\\}")) {
            if (row.contains("\"data\"") && row.contains("\"transmit\"")) {
                Matcher matcher = Pattern.compile("\"" + key + "\" : (\\d+)").matcher(row);
                assertThat(matcher.find()).as(row).isTrue();
                return Long.parseLong(matcher.group(1));
            }
        }
        throw new AssertionError("no data channel: " + stats);
    }

    private static void await(String what, Site site, Predicate<String> condition, String... command) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        String seen = site.client(command);
        while (!condition.test(seen)) {
            assertThat(System.nanoTime() - deadlineNs)
                    .as("%s within %d s: %s", what, DEADLINE_SECONDS, seen)
                    .isNegative();
            Thread.sleep(100);
            seen = site.client(command);
        }
    }
}
