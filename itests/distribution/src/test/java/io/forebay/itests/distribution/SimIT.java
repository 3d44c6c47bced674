/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.testkit.Forebay;
import io.forebay.testkit.drbd.FreeAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code forebay sim} and {@code forebay size} on both sites of a running pair of relays. */
class SimIT {
    private static final long DEADLINE_SECONDS = 60;

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();
    private Forebay near;
    private Forebay far;

    @BeforeEach
    void startBothSites() throws IOException, InterruptedException {
        List<InetSocketAddress> free = FreeAddresses.loopback(6);
        near = site("near", free.get(0), free.get(1), free.get(2), free.get(5));
        far = site("far", free.get(3), free.get(4), free.get(5), free.get(2));
        Forebay.Running one = begin(near, "run");
        Forebay.Running other = begin(far, "run");
        one.awaitReady();
        other.awaitReady();
    }

    @AfterEach
    void leaveNothingRunning() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    private Forebay site(
            String name,
            InetSocketAddress inside,
            InetSocketAddress drbd,
            InetSocketAddress outside,
            InetSocketAddress peer)
            throws IOException {
        Forebay forebay = new Forebay(folder.resolve(name));
        Path etc = Files.createDirectories(forebay.base().resolve("etc"));
        Files.writeString(
                etc.resolve("io.forebay.relay-r0.cfg"),
                "inside = %s\ndrbd = %s\noutside = %s\npeer = %s\nmemlimit = 32M\ncodec = zstd level 1\n"
                        .formatted(text(inside), text(drbd), text(outside), text(peer)));
        return forebay;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private Forebay.Running begin(Forebay forebay, String... words) throws IOException {
        Forebay.Running running = forebay.begin(words);
        processes.add(running.process());
        return running;
    }

    @Test
    void shouldCarryALoadThroughBothRelaysAndVerifyEveryByte() throws IOException, InterruptedException {
        Forebay.Running standby =
                begin(far, "sim", "standby", "--relay", "r0", "--data", "mix", "--ratio", "4", "--json");
        Forebay.Running sending = begin(
                near, "sim", "send", "--relay", "r0", "--ratio", "4", "--rate", "16M", "--amount", "64M", "--json");
        Forebay.Result size =
                begin(near, "size", "--relay", "r0", "--seconds", "3", "--json").await();
        Forebay.Result sent = sending.await();
        Forebay.Result verified = standby.await();
        assertThat(sent.status()).as(sent.err() + verified.err()).isZero();
        assertThat(verified.status()).as(verified.err()).isZero();
        assertThat(sent.out())
                .contains("\"acknowledgedBytes\":67108864", "\"connections\":1", "\"ended\":\"completed\"");
        assertThat(number(sent.out(), "\"name\":\"r0\",\"wireBytes\":\\d+,\"ratio\":([\\d.]+)"))
                .isBetween(3.5, 4.5);
        assertThat(verified.out()).contains("\"verifiedBytes\":67108864", "\"wrong\":null");
        assertThat(size.status()).as(size.err()).isZero();
        assertThat(size.out()).contains("\"source\":\"relay r0, 3 s\"", "\"memlimitBytes\":");
    }

    private static double number(String json, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void shouldSayWhereTheBytesAreNotThoseThatTheStandbyWasToldOf() throws IOException, InterruptedException {
        Forebay.Running standby = begin(far, "sim", "standby", "--relay", "r0", "--data", "random", "--seed", "2");
        Forebay.Result sent = begin(
                        near,
                        "sim",
                        "send",
                        "--relay",
                        "r0",
                        "--data",
                        "random",
                        "--seed",
                        "1",
                        "--amount",
                        "4M",
                        "--no-reconnect")
                .await();
        Forebay.Result verified = standby.await();
        assertThat(verified.status()).isEqualTo(1);
        assertThat(verified.err()).contains("forebay sim standby: wrong byte at offset 0: 0x");
        assertThat(sent.status()).isEqualTo(1);
        assertThat(sent.err()).contains("the connection was lost at ");
    }

    @Test
    void shouldReportWhatWasDoneWhenInterrupted() throws IOException, InterruptedException {
        begin(far, "sim", "standby", "--relay", "r0");
        Forebay.Running sending = begin(near, "sim", "send", "--relay", "r0", "--rate", "4M", "--seconds", "0");
        while (!Files.readString(sending.err()).contains("backlog")) {
            assertThat(sending.process().isAlive())
                    .as(Files.readString(sending.err()))
                    .isTrue();
            Thread.sleep(50);
        }
        sending.process().destroy(); // SIGTERM; Ctrl-C runs the same
        Forebay.Result sent = sending.await();
        assertThat(sent.status()).isNotZero();
        assertThat(sent.out()).contains("acknowledged", "relay r0").containsPattern("ended +interrupted");
    }
}
