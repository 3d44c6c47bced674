/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.drbdadm;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.config.drbdconf.DrbdConf;
import io.forebay.itests.drbdadm.DrbdadmDryRun.Mode;
import io.forebay.testkit.Forebay;
import io.forebay.testkit.SampleData;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** drbdadm changes relays on both sites while DRBD, played by plain sockets, is connected through them. */
class LiveAdjustIT {

    private static final long DEADLINE_SECONDS = 60;
    /** So many packets must come through on every way after each change. */
    private static final long PACKETS = 200;

    private static final List<String> SECTIONS = List.of(
            "memlimit 64M; plugin { zstd level 7; }",
            "memlimit 32M; plugin { zstd level 7; }",
            "memlimit 32M; plugin { lz4; }",
            "memlimit 32M;",
            "memlimit 128M; plugin { noop; zlib level 2; }",
            "memlimit 64M; plugin { zstd level 7; }");

    @TempDir
    Path folder;

    private final List<PacketStream> streams = new ArrayList<>();
    private TwoSites sites;
    private DrbdHost alice;
    private DrbdHost bob;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        DrbdHost.assumeInstalled(Mode.NINE);
        DrbdHost.assumeInstalled(Mode.EIGHT_FOUR);
        sites = new TwoSites(TwoSites.free("127.1.0.1"), TwoSites.free("127.1.0.2"));
        alice = DrbdHost.start(Files.createDirectory(folder.resolve("alice")));
        bob = DrbdHost.start(Files.createDirectory(folder.resolve("bob")));
        alice.kernel(Mode.NINE, "alice", sites.aliceKernel(Mode.NINE));
        bob.kernel(Mode.EIGHT_FOUR, "bob", sites.bobKernel(Mode.EIGHT_FOUR));
    }

    @AfterEach
    void stop() throws IOException {
        for (PacketStream stream : streams) {
            stream.close();
        }
        for (DrbdHost host : new DrbdHost[] {alice, bob}) {
            if (host != null) {
                host.close();
            }
        }
    }

    @Test
    void shouldKeepDrbdsConnectionsAndEveryByteThroughAdjust() throws Exception {
        both("proxy-up", SECTIONS.get(0));
        for (DrbdHost host : List.of(alice, bob)) {
            await("the bridge", () -> host.shown("show connections").contains("\tProxyConnected\t"));
        }
        long seed = SampleData.printedSeed("LiveAdjustIT");
        try (ServerSocket aliceDrbd = listen(sites.alice().drbd());
                ServerSocket bobDrbd = listen(sites.bob().drbd())) {
            connect(PacketStream.Kind.DATA, sites.alice(), bobDrbd, seed);
            connect(PacketStream.Kind.META, sites.bob(), aliceDrbd, seed + 2);
            assertFlow();
            for (String section : SECTIONS) {
                both("adjust", section);
                Path file = folder.resolve("r0.res");
                alice.assertSettings(
                        DrbdConf.read(file).connections("alice").get(0).connection());
                bob.assertSettings(DrbdConf.read(file).connections("bob").get(0).connection());
                assertFlow();
            }
            assertAllArrives();

            both("proxy-down", SECTIONS.get(0));
            for (PacketStream stream : streams) {
                await("the end of a connection", () -> !stream.end().isEmpty());
                assertThat(stream.end()).doesNotContain("other bytes");
            }
            assertThat(alice.shown("show")).isEmpty();
            assertThat(bob.shown("show")).isEmpty();
        }
    }

    private void both(String command, String section) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("r0.res"), sites.conf(section));
        for (Forebay.Result result : List.of(
                alice.drbdadm(Mode.NINE, "alice", "-c", file.toString(), command, "r0"),
                bob.drbdadm(Mode.EIGHT_FOUR, "bob", "-c", file.toString(), command, "r0"))) {
            assertThat(result.status()).as(result.err()).isZero();
        }
    }

    private static ServerSocket listen(InetSocketAddress address) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(address);
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
        return socket;
    }

    /** One site's DRBD dials its proxy's inside, the other's accepts; both are then sent packets. */
    private void connect(PacketStream.Kind kind, TwoSites.Site from, ServerSocket to, long seed) throws IOException {
        Socket dialled = new Socket();
        dialled.bind(new InetSocketAddress(from.drbd().getAddress(), 0));
        dialled.connect(from.inside());
        byte[] first = kind.firstPacket();
        dialled.getOutputStream().write(first);
        Socket accepted = to.accept();
        assertThat(accepted.getInputStream().readNBytes(PacketStream.HEADER_BYTES))
                .isEqualTo(first);
        streams.add(new PacketStream(kind, dialled, seed, seed + 1));
        streams.add(new PacketStream(kind, accepted, seed + 1, seed));
    }

    private void assertFlow() throws Exception {
        for (PacketStream stream : streams) {
            long wanted = stream.received() + PACKETS;
            await("packets", () -> stream.received() >= wanted || !stream.end().isEmpty());
        }
        assertThat(streams).extracting(PacketStream::end).containsOnly("");
    }

    private void assertAllArrives() throws Exception {
        List<Long> sent = new ArrayList<>();
        for (PacketStream stream : streams) {
            sent.add(stream.stopSending());
        }
        for (int i = 0; i < streams.size(); i++) {
            PacketStream receiver = streams.get(i);
            long wanted = sent.get(i ^ 1); // the other end stands beside it
            await(
                    "the last packet",
                    () -> receiver.received() >= wanted || !receiver.end().isEmpty());
            assertThat(receiver.received()).isEqualTo(wanted);
        }
        assertThat(streams).extracting(PacketStream::end).containsOnly("");
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.call()) {
            assertThat(System.nanoTime() - deadlineNs)
                    .as("%s within %d s", what, DEADLINE_SECONDS)
                    .isNegative();
            Thread.sleep(10);
        }
    }
}
