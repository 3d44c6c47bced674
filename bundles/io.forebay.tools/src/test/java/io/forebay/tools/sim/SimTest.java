/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both ends of a load test, with nothing between them but what a test puts there in the place of the relays. */
@Timeout(90)
class SimTest {
    private static final long NOWHERE = Long.MAX_VALUE;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Socket> passed = new ArrayList<>();
    private final AtomicLong passedBytes = new AtomicLong();
    private final AtomicLong damagedOffset = new AtomicLong(NOWHERE);
    private InetSocketAddress sender;
    private InetSocketAddress standby;

    private record Ended(int status, String out, String err) {
        Map<String, Object> json() throws IOException {
            return JSON.std.mapFrom(out);
        }
    }

    @BeforeEach
    void chooseAddresses() throws IOException {
        sender = free();
        standby = free();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        breakConnections();
    }

    private static InetSocketAddress free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }
    }

    @Test
    void shouldVerifyEveryByteThatWasSent() throws Exception {
        CompletableFuture<Ended> receiving = standby(sender, "--data", "mix", "--ratio", "2");
        Ended sent = send(standby, "--data", "mix", "--ratio", "2", "--amount", "5000000", "--block", "64K");
        Ended verified = receiving.join();
        assertThat(sent.status).as(sent.err).isZero();
        assertThat(verified.status).as(verified.err).isZero();
        assertThat(sent.json())
                .containsEntry("acknowledgedBytes", 5_000_192) // whole sectors
                .containsEntry("ended", "completed")
                .containsEntry("connections", 1)
                .containsEntry("relay", null);
        assertThat(verified.json())
                .containsEntry("verifiedBytes", 5_000_192)
                .containsEntry("wrong", null)
                .containsEntry("verifiedBy", "bytes and checksums")
                .containsEntry("ended", "completed");
        assertThat(sent.json().get("acknowledgeMs")).asString().contains("p50", "p99.9", "count=3");
    }

    @Test
    void shouldKeepToItsRateAndTime() throws Exception {
        CompletableFuture<Ended> receiving = standby(sender);
        Ended sent = send(standby, "--rate", "2M", "--seconds", "1.5", "--block", "16K");
        assertThat(sent.status).as(sent.err).isZero();
        assertThat((int) sent.json().get("sentBytes")).isBetween(1, 4 << 20);
        assertThat(receiving.join().status).isZero();
        assertThat(sent.err).contains("MB acknowledged");
    }

    @Test
    void shouldNameTheFirstByteThatIsNotWhatWasExpected() throws Exception {
        CompletableFuture<Ended> receiving = standby(sender, "--seed", "2");
        Ended sent = send(standby, "--seed", "1", "--amount", "1M", "--no-reconnect", "--wait", "20");
        Ended verified = receiving.join();
        assertThat(verified.status).isEqualTo(1);
        assertThat(verified.err)
                .contains("forebay sim standby: wrong byte at offset 0: 0x")
                .contains("--seed");
        assertThat(verified.json().get("wrong")).asString().contains("offset=0");
        assertThat(sent.status).isEqualTo(1);
        assertThat(sent.err).contains("the connection was lost at ");
    }

    @Test
    void shouldNoticeOneBitThatWasDamagedOnTheWay() throws Exception {
        InetSocketAddress between = passOn(standby);
        damagedOffset.set(300_000);
        CompletableFuture<Ended> receiving = standby(sender);
        send(between, "--amount", "1M", "--no-reconnect");
        Ended verified = receiving.join();
        assertThat(verified.status).isEqualTo(1);
        assertThat(verified.err).contains("wrong bytes in the write at offset 262144, 131072 bytes long");
        assertThat(verified.json()).containsEntry("verifiedBytes", 262_144);
    }

    @Test
    void shouldConnectAgainAndSendWhatWasNotAcknowledged() throws Exception {
        InetSocketAddress between = passOn(standby);
        CompletableFuture<Ended> receiving = standby(sender, "--data", "mix");
        CompletableFuture<Ended> sending = CompletableFuture.supplyAsync(
                () -> send(between, "--rate", "4M", "--amount", "6M", "--block", "64K", "--epoch", "4"));
        awaitPassed();
        breakConnections();
        Ended sent = sending.join();
        Ended verified = receiving.join();
        assertThat(sent.status).as(sent.err).isZero();
        assertThat(verified.status).as(verified.err).isZero();
        assertThat(sent.json()).containsEntry("acknowledgedBytes", 6 << 20).containsEntry("connections", 2);
        assertThat(verified.json()).containsEntry("endPosition", 6 << 20).containsEntry("connections", 2);
        assertThat(sent.err).containsPattern("the connection was lost at [^ ]+Z at byte \\d+: .*; connecting again");
    }

    @Test
    void shouldSayThatNobodyAnswers() {
        Ended sent = send(standby, "--wait", "0.3");
        assertThat(sent.status).isEqualTo(1);
        assertThat(sent.err).contains("no node answers at the other site").contains("start the other end of the test");
    }

    @Test
    void shouldSayThatItsAddressIsTaken() throws IOException {
        open.add(new ServerSocket(sender.getPort(), 1, sender.getAddress()));
        Ended sent = send(standby);
        assertThat(sent.status).isEqualTo(1);
        assertThat(sent.err).contains("cannot be listened on").contains("take the DRBD resource");
    }

    @ParameterizedTest
    @CsvSource({
        "'', name the end of the test",
        "nonsense, nonsense",
        "'send', give --relay",
        "'send --inside 127.0.0.1:1', give --relay",
        "'send --inside 127.0.0.1 --drbd 127.0.0.1:2', must be an address and a port",
        "'send --relay r0 --inside 127.0.0.1:1', --relay has both addresses",
        "'send --relay ;down', no name of a relay",
        "'send --inside 127.0.0.1:1 --drbd 127.0.0.1:2 --block 100', --block must be",
        "'send --inside 127.0.0.1:1 --drbd 127.0.0.1:2 --rate fast', is not a number of bytes",
        "'send --inside 127.0.0.1:1 --drbd 127.0.0.1:2 --amount 0', --amount must be",
        "'send --inside 127.0.0.1:1 --drbd 127.0.0.1:2 --seconds -1', --seconds must be",
        "'send --inside 127.0.0.1:1 --drbd 127.0.0.1:2 --data file', --file",
        "'send --inside 127.0.0.1:1 --drbd 127.0.0.1:2 --data zero --ratio 2', --ratio is of",
        "'standby --inside 127.0.0.1:1 --drbd 127.0.0.1:2 --rate 1M', --rate",
        "'standby more', more"
    })
    void shouldRefuseNonsenseInOneSentence(String words, String sentence) {
        Ended refused = run(words.isEmpty() ? new String[0] : words.split(" "));
        assertThat(refused.status).isEqualTo(2);
        assertThat(refused.out).isEmpty();
        assertThat(refused.err).hasLineCount(1).startsWith("forebay sim").contains(sentence);
    }

    @Test
    void shouldExplainItself() {
        for (String[] words : new String[][] {{"--help"}, {"send", "--help"}, {"standby", "-h"}}) {
            Ended help = run(words);
            assertThat(help.status).isZero();
            assertThat(help.out).startsWith("Usage: forebay sim");
        }
    }

    private CompletableFuture<Ended> standby(InetSocketAddress inside, String... more) {
        return CompletableFuture.supplyAsync(() -> end("standby", inside, standby, more));
    }

    private Ended send(InetSocketAddress inside, String... more) {
        return end("send", inside, sender, more);
    }

    private static Ended end(String role, InetSocketAddress inside, InetSocketAddress own, String... more) {
        List<String> words =
                new ArrayList<>(List.of(role, "--json", "--inside", text(inside), "--drbd", text(own), "--wait", "30"));
        List<String> given = List.of(more);
        if (given.contains("--wait")) {
            words.subList(words.size() - 2, words.size()).clear();
        }
        words.addAll(given);
        return run(words.toArray(String[]::new));
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static Ended run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Sim.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                words);
        return new Ended(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Listens in the place of a relay's inside, and passes on. */
    private InetSocketAddress passOn(InetSocketAddress to) throws IOException {
        ServerSocket listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        open.add(listener);
        daemon(() -> {
            while (true) {
                Socket near = listener.accept();
                Socket far = new Socket();
                synchronized (passed) {
                    passed.add(near);
                    passed.add(far);
                }
                try {
                    far.connect(to);
                    daemon(() -> copy(near, far, damagedOffset.get()));
                    daemon(() -> copy(far, near, NOWHERE));
                } catch (IOException e) {
                    near.close();
                }
            }
        });
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void daemon(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // the connection is over
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void copy(Socket from, Socket to, long damaged) throws IOException {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] bytes = new byte[8192];
        long offset = 0;
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
            if (damaged >= offset && damaged < offset + count) {
                bytes[(int) (damaged - offset)] ^= 1;
            }
            out.write(bytes, 0, count);
            offset += count;
            passedBytes.addAndGet(count);
        }
        to.shutdownOutput();
    }

    private void awaitPassed() throws InterruptedException {
        long deadlineNs = System.nanoTime() + 60_000_000_000L;
        while (passedBytes.get() < 1 << 20) {
            assertThat(System.nanoTime()).isLessThan(deadlineNs);
            Thread.sleep(5);
        }
    }

    private void breakConnections() throws IOException {
        synchronized (passed) {
            for (Socket socket : passed) {
                socket.close();
            }
            passed.clear();
        }
    }
}
