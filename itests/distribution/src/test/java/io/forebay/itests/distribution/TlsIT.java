/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.testkit.Forebay;
import io.forebay.testkit.drbd.FreeAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two Forebays with the keys that {@code forebay keygen} makes, and somebody who reads the line. */
class TlsIT {
    private static final long DEADLINE_SECONDS = 60;

    /** In every hello, so that it is found on a line that anybody can read. */
    private static final String RESOURCE = "resource-that-nobody-may-read";

    /** Change cipher spec, alert, handshake, application data. */
    private static final Set<Byte> TLS_TYPES = Set.of((byte) 20, (byte) 21, (byte) 22, (byte) 23);

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();
    private RecordingForwarder towardsNear;
    private RecordingForwarder towardsFar;
    private Forebay near;
    private Forebay far;

    @BeforeEach
    void makeKeysAndRelays() throws IOException, InterruptedException {
        near = new Forebay(folder.resolve("near"));
        far = new Forebay(folder.resolve("far"));
        Path made = folder.resolve("made");
        Forebay.Result keys = near.call("keygen", "--folder", made.toString(), "near", "far");
        assertThat(keys.status()).as(keys.err()).isZero();
        assertThat(keys.out()).contains("Keys of near are in ", "Keys of far are in ", ", good until ");
        for (Forebay site : List.of(near, far)) {
            Files.createDirectories(site.base().resolve("etc"));
            Files.move(made.resolve(site.base().getFileName()), tls(site));
        }
    }

    private static Path tls(Forebay site) {
        return site.base().resolve("etc/tls");
    }

    private void start(String tls) throws IOException, InterruptedException {
        List<InetSocketAddress> free = FreeAddresses.loopback(6);
        towardsNear = new RecordingForwarder(free.get(2));
        towardsFar = new RecordingForwarder(free.get(5));
        relay(near, free.subList(0, 3), towardsFar.address(), tls);
        relay(far, free.subList(3, 6), towardsNear.address(), tls);
        Forebay.Running one = begin(near, "run");
        Forebay.Running other = begin(far, "run");
        one.awaitReady();
        other.awaitReady();
    }

    private static void relay(Forebay site, List<InetSocketAddress> own, InetSocketAddress peer, String tls)
            throws IOException {
        Files.writeString(
                site.base().resolve("etc/io.forebay.relay-r0.cfg"),
                "inside = %s\ndrbd = %s\noutside = %s\npeer = %s\nresource = %s\ntls = %s\nmemlimit = 32M\n"
                        .formatted(text(own.get(0)), text(own.get(1)), text(own.get(2)), text(peer), RESOURCE, tls));
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private Forebay.Running begin(Forebay forebay, String... words) throws IOException {
        Forebay.Running running = forebay.begin(words);
        processes.add(running.process());
        return running;
    }

    @AfterEach
    void leaveNothingRunning() throws InterruptedException, IOException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        for (RecordingForwarder forwarder : List.of(towardsNear, towardsFar)) {
            forwarder.close();
        }
    }

    private List<byte[]> recorded() {
        return Stream.concat(towardsNear.records().stream(), towardsFar.records().stream())
                .toList();
    }

    @Test
    void shouldCarryEveryByteUnreadableAndKeepDrbdConnectedWhileKeysAreRotated()
            throws IOException, InterruptedException {
        start("on");
        Forebay.Running standby = begin(far, "sim", "standby", "--relay", "r0", "--data", "mix");
        Forebay.Running sending = begin(
                near, "sim", "send", "--relay", "r0", "--data", "mix", "--rate", "8M", "--amount", "96M", "--json");
        awaitBytes(4 << 20);
        String before = Files.readString(tls(near).resolve("near.crt"));
        Forebay.Result rotated = near.call("keygen", "--rotate");
        assertThat(rotated.status()).as(rotated.err()).isZero();
        assertThat(rotated.out()).contains("near uses its next key from now on: key ");
        assertThat(Files.readString(tls(near).resolve("near.crt"))).isNotEqualTo(before);
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(tls(near).resolve("site.p12"))))
                .isEqualTo("rw-------");
        awaitLog(near, "new connections use the keys that");
        towardsNear.cut(); // so that the new key is needed: links are made anew, and DRBD's connections are kept
        towardsFar.cut();
        Forebay.Result sent = sending.await();
        Forebay.Result verified = standby.await();
        assertThat(sent.status()).as(sent.err() + verified.err()).isZero();
        assertThat(verified.status()).as(verified.err()).isZero();
        assertThat(sent.out())
                .contains("\"acknowledgedBytes\":100663296", "\"connections\":1", "\"ended\":\"completed\"");
        assertThat(recorded()).hasSizeGreaterThan(8).allSatisfy(TlsIT::assertIsTls);
        assertThat(recorded()).noneMatch(TlsIT::tellsTheResource);
    }

    /** Proves that the reader of the line would find what it looks for. */
    @Test
    void shouldBeReadableWithoutTls() throws IOException, InterruptedException {
        start("off");
        awaitBytes(1_000);
        assertThat(recorded()).anyMatch(TlsIT::tellsTheResource);
    }

    @Test
    void shouldSayAtBothEndsWhoseCertificateIsNotKnownWhere() throws IOException, InterruptedException {
        Files.delete(tls(far).resolve("peers/near.crt"));
        start("on");
        awaitDiagnosis(near, "the other end refuses this site's certificate (CN=near, key ");
        String atFar = awaitDiagnosis(far, "no peer is trusted, because there is no certificate in ");
        assertThat(atFar).contains("Check: that tls is the same at both sites");
        Files.copy(tls(near).resolve("near.crt"), tls(far).resolve("peers/near.crt"));
        awaitDiagnosis(near, "has not dialled the inside");
        awaitDiagnosis(far, "has not dialled the inside");
    }

    private void awaitBytes(int bytes) throws InterruptedException {
        long deadline = deadline();
        while (recorded().stream().mapToInt(record -> record.length).sum() < bytes) {
            pause(deadline, "so many bytes on the line: " + bytes);
        }
    }

    private static void awaitLog(Forebay site, String words) throws IOException, InterruptedException {
        long deadline = deadline();
        Path log = site.base().resolve("log/forebay.log");
        while (!Files.exists(log) || !Files.readString(log).contains(words)) {
            pause(deadline, words);
        }
    }

    private static String awaitDiagnosis(Forebay site, String words) throws IOException, InterruptedException {
        long deadline = deadline();
        while (true) {
            String answer = site.call("client", "diag").out();
            if (answer.contains(words)) {
                return answer;
            }
            pause(deadline, words + " in " + answer);
        }
    }

    private static long deadline() {
        return System.nanoTime() + DEADLINE_SECONDS * 1_000_000_000L;
    }

    private static void pause(long deadline, String what) throws InterruptedException {
        assertThat(System.nanoTime() - deadline).as("not reached: " + what).isNegative();
        Thread.sleep(50);
    }

    private static boolean tellsTheResource(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(RESOURCE);
    }

    /** That it consists of records of TLS from its first byte on, and of nothing else. */
    private static void assertIsTls(byte[] bytes) {
        int at = 0;
        while (at + 5 <= bytes.length) {
            assertThat(bytes[at]).as("type of the record at %d", at).isIn(TLS_TYPES);
            assertThat(bytes[at + 1]).isEqualTo((byte) 3);
            int length = (bytes[at + 3] & 0xff) << 8 | bytes[at + 4] & 0xff;
            assertThat(length).isBetween(1, (16 << 10) + 256);
            at += 5 + length;
        }
    }
}
