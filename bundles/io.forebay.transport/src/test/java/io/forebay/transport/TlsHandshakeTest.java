/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;

import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.ListenerHandler;
import io.forebay.api.transport.Loop;
import io.forebay.api.transport.SocketOptions;
import io.forebay.api.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets in and who does not, over real sockets, with real certificates. */
@Timeout(120)
class TlsHandshakeTest {

    private static final int DIAL_MS = 20_000;

    @TempDir
    private static Path sites;

    private static TlsSite knownAlpha;
    private static TlsSite knownBeta;
    private static TlsSite former;
    private static TlsSite early;
    private static TlsSite mallory;

    @TempDir
    private Path folder;

    private final Deque<NettyTransport> transports = new ArrayDeque<>();
    private TlsSite alpha;
    private TlsSite beta;
    private Transport dialling;
    private Transport accepting;
    private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
    private final Queue<End> accepted = new ConcurrentLinkedQueue<>();
    private InetSocketAddress address;

    /** One end of a connection. */
    private static final class End implements ConnectionHandler {
        private final ByteBuffer target = ByteBuffer.allocateDirect(64 * 1024);
        private final AtomicLong readBytes = new AtomicLong();
        private final AtomicLong writtenBytes = new AtomicLong();
        private volatile Connection connection;
        private volatile boolean closed;
        private volatile IOException cause;
        private volatile IOException dialFailure;

        @Override
        public void onOpen(Connection opened) {
            connection = opened;
        }

        @Override
        public void onDialFailed(IOException failure) {
            dialFailure = failure;
        }

        @Override
        public ByteBuffer readTarget() {
            return target.clear();
        }

        @Override
        public void onRead(int bytes) {
            readBytes.addAndGet(bytes);
        }

        @Override
        public void onFin() {
            connection.close();
        }

        @Override
        public void onWritten(int bytes) {
            writtenBytes.addAndGet(bytes);
        }

        @Override
        public void onClosed(IOException why) {
            cause = why;
            closed = true;
        }

        boolean isOver() {
            return closed || dialFailure != null;
        }

        /** Why it did not come to be, or ended. */
        String reason() {
            return String.valueOf((dialFailure != null ? dialFailure : cause).getMessage());
        }

        void write(int bytes) {
            connection.loop().execute(() -> {
                connection.write(ByteBuffer.allocateDirect(bytes));
                connection.flush();
            });
        }
    }

    @BeforeAll
    static void makeKeys() throws IOException {
        knownAlpha = TlsSite.make(sites.resolve("alpha"));
        knownBeta = TlsSite.make(sites.resolve("beta"));
        former = TlsSite.make(sites.resolve("former"), "-10d", 5);
        early = TlsSite.make(sites.resolve("early"), "+5d", 30);
        mallory = TlsSite.make(sites.resolve("mallory"));
    }

    @BeforeEach
    void begin() throws IOException {
        alpha = knownAlpha.copy(folder.resolve("alpha"));
        beta = knownBeta.copy(folder.resolve("beta"));
        alpha.trust(beta);
        beta.trust(alpha);
    }

    @AfterEach
    void stop() {
        transports.forEach(NettyTransport::stop);
    }

    private Transport start(TlsSite site) {
        return start(site, true);
    }

    private Transport start(TlsSite site, boolean preferNative) {
        NettyTransport transport = new NettyTransport(2, preferNative, site.folder());
        transports.add(transport);
        return transport.secured().orElseThrow();
    }

    private void start(TlsSite dialler, TlsSite acceptor) throws IOException {
        dialling = start(dialler);
        accepting = start(acceptor);
        listen(accepting);
    }

    private void listen(Transport on) throws IOException {
        listen(on, noting(on));
    }

    private void listen(Transport on, ListenerHandler handler) throws IOException {
        address = on.listen(new InetSocketAddress("127.0.0.1", 0), on.loops().get(0), handler)
                .address();
    }

    private ListenerHandler noting(Transport on) {
        return new ListenerHandler() {
            @Override
            public void onAccept(Accepted socket) {
                End end = new End();
                accepted.add(end);
                socket.start(on.loops().get(1), SocketOptions.SYSTEM, end);
            }

            @Override
            public void onRefused(InetSocketAddress remote, String reason) {
                assertThat(remote.getAddress().isLoopbackAddress()).isTrue();
                refusals.add(reason);
            }
        };
    }

    private End dial() {
        return dial(dialling);
    }

    private End dial(Transport with) {
        End end = new End();
        with.dial(null, address, DIAL_MS, SocketOptions.SYSTEM, with.loops().get(0), end);
        return end;
    }

    /** Dials until bytes go both ways. */
    private End dialWell() {
        int before = accepted.size();
        End near = dial();
        await("open: " + refusals, () -> near.isOver() || near.connection != null && accepted.size() > before);
        assertThat(near.isOver()).as(() -> near.reason()).isFalse();
        End far = accepted.stream().reduce((first, last) -> last).orElseThrow();
        await("both open", () -> far.connection != null);
        near.write(100_000);
        far.write(50_000);
        await("bytes", () -> far.readBytes.get() == 100_000 && near.readBytes.get() == 50_000);
        await("written", () -> near.writtenBytes.get() == 100_000 && far.writtenBytes.get() == 50_000);
        return near;
    }

    private String refusal() {
        await("refusal", () -> !refusals.isEmpty());
        assertThat(refusals).hasSize(1);
        assertThat(accepted).as("nothing came of it").isEmpty();
        return refusals.remove();
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                fail("not reached: %s", what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    // ---- peers

    @Test
    void shouldConnectTwoSitesThatKnowEachOther() throws IOException {
        start(alpha, beta);
        dialWell();
        assertThat(refusals).isEmpty();
        assertThat(accepting.problem()).isEmpty();
    }

    @Test
    void shouldRefuseWhoIsUnknownAndSaySoAtBothEnds() throws IOException {
        start(mallory.trust(beta), beta);
        End stranger = dial();
        assertThat(refusal())
                .matches(
                        "TLS: the other end's certificate \\(CN=mallory, key [0-9a-f]{16}\\) is none of those in .*peers:"
                                + " copy there what forebay keygen made at the peer");
        await("over", stranger::isOver);
        assertThat(stranger.reason())
                .matches(
                        "127\\.0\\.0\\.1:\\d+: TLS: the other end refuses this site's certificate \\(CN=mallory, key .*");
    }

    @Test
    void shouldNotSpeakToAListenerThatIsUnknownAndSaySoAtBothEnds() throws IOException {
        start(alpha, mallory.trust(alpha));
        End near = dial();
        await("over", near::isOver);
        assertThat(near.dialFailure).hasMessageContaining("TLS: the other end's certificate (CN=mallory, key ");
        assertThat(refusal()).contains("TLS: the other end refuses this site's certificate (CN=mallory, key ");
    }

    @Test
    void shouldRefuseACertificateThatHasExpiredAndSaySoAtBothEnds() throws IOException {
        beta.trust(former);
        start(former.trust(beta), beta);
        End late = dial();
        assertThat(refusal())
                .matches(
                        "TLS: the certificate of peer former has expired on \\d{4}-\\d\\d-\\d\\d: run forebay keygen --rotate"
                                + " there");
        await("over", late::isOver);
        assertThat(late.reason()).contains("TLS: the other end refuses this site's certificate, which has expired on ");
        assertThat(dialling.problem())
                .startsWith("this site's certificate has expired on ")
                .endsWith("so no peer takes it: run forebay keygen --rotate");
    }

    @Test
    void shouldRefuseACertificateThatIsNotValidYet() throws IOException {
        alpha.trust(early);
        start(alpha, early.trust(alpha));
        End near = dial();
        await("over", near::isOver);
        assertThat(near.dialFailure)
                .hasMessageContaining("TLS: the certificate of peer early is valid only from ")
                .hasMessageContaining("compare the clocks");
        refusal();
    }

    @Test
    void shouldConnectNobodyWithoutAKeyAndSayWhatToDo() throws IOException {
        start(new TlsSite(folder.resolve("nothing")), beta);
        assertThat(dialling.problem())
                .startsWith("there is no key in ")
                .endsWith("site.p12: run forebay keygen NAME, with a name for this site, or write tls off");
        End near = dial();
        await("over", near::isOver);
        assertThat(near.dialFailure).hasMessageContaining("TLS: there is no key in ");
        dialling = start(alpha);
        listen(transports.getFirst().secured().orElseThrow());
        End far = dial();
        assertThat(refusal()).startsWith("TLS: there is no key in ");
        await("over", far::isOver);
    }

    @Test
    void shouldSayThatOthersMayReadTheKey() throws IOException {
        Files.setPosixFilePermissions(alpha.folder().resolve("site.p12"), PosixFilePermissions.fromString("rw-r-----"));
        start(alpha, beta);
        assertThat(dialling.problem())
                .startsWith("others may read the key in ")
                .endsWith("site.p12: run chmod 600 on it");
        dialWell();
    }

    // ---- changes

    @Test
    void shouldTakeTheNextKeyWithoutClosingWhatStands() throws IOException {
        alpha.next(TlsSite.make(folder.resolve("after")));
        beta.trust(alpha);
        start(alpha, beta);
        End before = dialWell();
        // From now on nobody knows the former key, except the connection that stands.
        alpha.rotate();
        beta.trust(new TlsSite(folder.resolve("after")));
        await("the new keys are in use", () -> {
            End one = dial();
            await("over or open", () -> one.isOver() || one.connection != null);
            return one.connection != null && carries(one);
        });
        dialWell();
        before.write(1_000_000);
        End far = accepted.peek();
        await("the former still carries", () -> far.readBytes.get() == 1_100_000);
        assertThat(before.isOver()).isFalse();
    }

    /** Whether the other end has taken it, too, which comes a moment later: its bytes arrive. */
    private boolean carries(End one) {
        one.write(7);
        await("bytes or end", () -> one.isOver() || accepted.stream().anyMatch(end -> end.readBytes.get() == 7));
        return !one.isOver();
    }

    @Test
    void shouldShutOutAPeerWhoseFileIsTakenAway() throws IOException {
        start(alpha, beta);
        End before = dialWell();
        beta.trust();
        await("refused", () -> {
            End one = dial();
            await("over or in", () -> one.isOver() || one.connection != null);
            return !refusals.isEmpty();
        });
        assertThat(refusals.peek()).contains("is none of those in ");
        assertThat(accepting.problem()).startsWith("no peer is trusted, because there is no certificate in ");
        assertThat(before.isOver()).isFalse();
    }

    @Test
    void shouldKeepTheFormerKeyWhileTheFileIsBroken() throws IOException {
        TlsKeys keys = new TlsKeys(alpha.folder(), TlsEngine.JDK);
        keys.look();
        TlsIdentity before = keys.identity();
        assertThat(before.isUsable()).isTrue();
        Path file = alpha.folder().resolve("site.p12");
        byte[] good = Files.readAllBytes(file);
        Files.write(file, new byte[] {1, 2, 3});
        keys.look();
        assertThat(keys.identity()).isSameAs(before);
        Files.write(file, good);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
        keys.look();
        assertThat(keys.identity()).isNotSameAs(before).matches(TlsIdentity::isUsable);
    }

    // ---- strangers

    @Test
    void shouldRefuseBytesThatAreNotTls() throws Exception {
        start(alpha, beta);
        try (Socket plain = new Socket(address.getAddress(), address.getPort())) {
            plain.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes());
            assertThat(refusal())
                    .isEqualTo("TLS: what it sends is not TLS: does it have tls off, or is it no Forebay?");
        }
        dialWell();
    }

    @Test
    void shouldSayThatTheListenerDoesNotSpeakTls() throws IOException {
        dialling = start(alpha);
        Transport plain = new NettyTransport(2, true, beta.folder());
        transports.add((NettyTransport) plain);
        List<Accepted> sockets = new ArrayList<>();
        address = plain.listen(
                        new InetSocketAddress("127.0.0.1", 0), plain.loops().get(0), socket -> {
                            sockets.add(socket);
                            socket.close();
                        })
                .address();
        End near = dial();
        await("over", near::isOver);
        assertThat(near.dialFailure).hasMessageContaining("TLS: ").hasMessageContaining("does it have tls off");
    }

    @Test
    void shouldRefuseAnOlderTls() throws Exception {
        start(alpha, beta);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(alpha.store(), "forebay".toCharArray());
        SSLContext context = SSLContext.getInstance("TLSv1.2");
        context.init(keys.getKeyManagers(), new TrustManager[] {new AnyTrust()}, null);
        try (SSLSocket old = (SSLSocket) context.getSocketFactory().createSocket()) {
            old.connect(address);
            old.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThat(catchThrowable(old::startHandshake)).isNotNull();
        }
        assertThat(refusal()).isEqualTo("TLS: the other end offers no TLS 1.3: is it a Forebay?");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSayThatWhatComesCannotBeDecrypted(boolean preferNative) throws Exception {
        accepting = start(beta, preferNative);
        listen(accepting);
        try (Socket replaying = new Socket(address.getAddress(), address.getPort())) {
            replaying.getOutputStream().write(firstMessage());
            assertThat(replaying.getInputStream().read()).isEqualTo(22);
            byte[] record = new byte[5 + 64];
            new Random(20261121).nextBytes(record);
            System.arraycopy(new byte[] {23, 3, 3, 0, 64}, 0, record, 0, 5);
            replaying.getOutputStream().write(record);
            assertThat(refusal())
                    .isEqualTo(
                            "TLS: what the other end sends cannot be decrypted: it was changed on the way, or is what"
                                    + " another link has said before");
        }
    }

    /** What a client of TLS 1.3 says first. */
    private static byte[] firstMessage() throws Exception {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, new TrustManager[] {new AnyTrust()}, null);
        SSLEngine client = context.createSSLEngine();
        client.setUseClientMode(true);
        ByteBuffer message = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), message);
        return Arrays.copyOf(message.array(), message.position());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSayInWordsThatWhoBeganHasResetTheConnection(boolean preferNative) throws Exception {
        accepting = start(beta, preferNative);
        listen(accepting);
        Socket scanning = new Socket(address.getAddress(), address.getPort());
        scanning.setSoLinger(true, 0);
        scanning.close();
        assertThat(refusal())
                .isIn("TLS: connection reset by peer", "TLS: it closed the connection before the handshake was over");
    }

    @Test
    void shouldGiveUpWhoSendsHalfAHello() throws Exception {
        start(alpha, beta);
        try (Socket slow = new Socket(address.getAddress(), address.getPort())) {
            slow.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1});
            assertThat(refusal()).isEqualTo("TLS: no handshake within 5 s");
            assertThat(slow.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void shouldLetAPeerInWhileTenThousandStrangersHoldOn() throws Exception {
        start(alpha, beta);
        dialWell();
        long before = usedBytes();
        List<Socket> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < 10_000; i++) {
                Socket socket = new Socket();
                strangers.add(socket);
                // Of many sources, because one alone is limited anyway.
                byte[] source = {127, 1, (byte) (i >> 5), (byte) (1 + i % 32)};
                socket.bind(new InetSocketAddress(InetAddress.getByAddress(source), 0));
                socket.connect(address, 10_000);
                socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0});
                if (i % 2_500 == 2_499) {
                    dialWell();
                }
                if (strangers.size() > 2_000) {
                    strangers.remove(0).close();
                }
            }
            assertThat(usedBytes() - before).isLessThan(16L << 20);
            assertThat(refusals)
                    .contains("TLS: it made room for a later one, because there are too many handshakes at once");
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    /** Or what "at once" bounds would be none: as many as come while the farewells last. */
    @Test
    void shouldHaveClosedWhoMakesRoomAtOnceThoughItsCryptographyIsNotDone() throws Exception {
        int tooMany = 50;
        NettyTransport transport = new NettyTransport(2, true, beta.folder());
        transports.add(transport);
        TlsKeys keys = new TlsKeys(beta.folder(), TlsEngine.choose(true));
        keys.look();
        Loop handshaking = transport.loops().get(1);
        Queue<Runnable> neverDone = new ConcurrentLinkedQueue<>();
        TlsIntake.Means means = new TlsIntake.Means(
                transport.kind(), keys::identity, neverDone::add, () -> transport.own(handshaking), null);
        listen(transport, new TlsIntake(means, transport.own(transport.loops().get(0)), noting(transport)));
        byte[] message = firstMessage();
        List<SocketChannel> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < HandshakeLimits.IN_ALL + tooMany; i++) {
                SocketChannel stranger = SocketChannel.open();
                strangers.add(stranger);
                byte[] source = {127, 2, 0, (byte) (1 + i % 8)};
                stranger.bind(new InetSocketAddress(InetAddress.getByAddress(source), 0));
                stranger.connect(address);
                stranger.write(ByteBuffer.wrap(message));
                int begun = i + 1;
                await("its cryptography", () -> neverDone.size() == begun);
            }
            await("all of these are told", () -> refusals.size() == tooMany);
            CountDownLatch after = new CountDownLatch(1);
            handshaking.execute(after::countDown);
            assertThat(after.await(40, TimeUnit.SECONDS)).isTrue();
            assertThat(strangers.subList(0, tooMany)).allMatch(TlsHandshakeTest::isClosedByTheOtherEnd);
            assertThat(refusals)
                    .allMatch(
                            "TLS: it made room for a later one, because there are too many handshakes at once"::equals);
        } finally {
            for (SocketChannel stranger : strangers) {
                stranger.close();
            }
        }
    }

    private static boolean isClosedByTheOtherEnd(SocketChannel channel) {
        try {
            channel.configureBlocking(false);
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void shouldLimitHandshakesOfOneSource() throws Exception {
        start(alpha, beta);
        List<Socket> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < HandshakeLimits.OF_ONE_SOURCE + 10; i++) {
                Socket socket = new Socket();
                strangers.add(socket);
                socket.bind(new InetSocketAddress("127.0.0.9", 0));
                socket.connect(address);
            }
            await("ten too many", () -> refusals.size() == 10);
            assertThat(refusals).allMatch("TLS: there are 64 handshakes from there already"::equals);
            dialWell();
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
        await("all given up", () -> refusals.size() == HandshakeLimits.OF_ONE_SOURCE + 10);
    }

    private static long usedBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** Trusts everybody, as strangers do. */
    private static final class AnyTrust extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
