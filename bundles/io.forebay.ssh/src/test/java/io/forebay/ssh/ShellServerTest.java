/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.shell.session.ShellSession;
import io.forebay.testkit.GogoShell;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelShell;
import org.apache.sshd.client.channel.ClientChannel;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.apache.sshd.core.CoreModuleProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ShellServerTest {

    private static final long DEADLINE_SECONDS = 20;
    private static final LoginLimits PATIENT = new LoginLimits(8, 6, 4, Duration.ofMinutes(1));

    @TempDir
    private Path home;

    private final String userHome = System.getProperty("user.home");
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private SshClient client;
    private GogoShell gogo;
    private KeyPair key;
    private ShellServer server;

    @BeforeEach
    void start() throws Exception {
        System.setProperty("user.home", home.toString());
        Files.createDirectories(home.resolve("etc"));
        Files.writeString(home.resolve("etc/gosh_profile"), "SCOPE = 'forebay:gogo:*'\nprompt = 'forebay> '\n");
        // before Gogo, which insists on its own later
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        gogo = new GogoShell(home);
        key = SampleKeys.generate("Ed25519");
        Path file = home.resolve("authorized_keys");
        Files.writeString(file, SampleKeys.line(key) + " alice");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        // after the first key, because it asks for ed25519 only once
        client = SshClient.setUpDefaultClient();
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        client.start();
    }

    /** Ends all, and proves that no thread of the server is left. */
    @AfterEach
    void stop() {
        client.stop();
        if (server != null) {
            server.close();
        }
        gogo.close();
        System.setErr(standardError);
        System.setProperty("user.home", userHome);
        await("threads ended", () -> threads().isEmpty());
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("forebay-ssh") || name.startsWith("sshd-SshServer"))
                .toList();
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time: %s", what).isLessThan(deadlineNs);
            Thread.onSpinWait();
        }
    }

    private String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    private void awaitLog(String text) {
        try {
            await("log: " + text, () -> log().contains(text));
        } catch (AssertionError e) {
            throw new AssertionError("not in the log: " + text + "\n" + log(), e);
        }
    }

    private void serve() throws IOException {
        serve(PATIENT, Duration.ofMinutes(1));
    }

    private void serve(LoginLimits limits, Duration idleTimeout) throws IOException {
        server = new ShellServer(() -> new ShellSession(gogo.processor()), settings(0, idleTimeout), limits);
    }

    private SshSettings settings(int port, Duration idleTimeout) {
        return new SshSettings(
                new InetSocketAddress("127.0.0.1", port),
                home.resolve("authorized_keys"),
                home.resolve("host"),
                idleTimeout);
    }

    private ClientSession login(String user, KeyPair... pairs) throws IOException {
        ClientSession session = client.connect(
                        user, "127.0.0.1", server.address().getPort())
                .verify(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .getSession();
        session.addPasswordIdentity("forebay");
        for (KeyPair pair : pairs) {
            session.addPublicKeyIdentity(pair);
        }
        try {
            session.auth().verify(DEADLINE_SECONDS, TimeUnit.SECONDS);
            return session;
        } catch (IOException e) {
            session.close(true);
            throw e;
        }
    }

    private record Reply(String out, String err, Integer status) {}

    private static Reply run(ClientSession session, String line) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (ClientChannel channel = session.createExecChannel(line)) {
            channel.setOut(out);
            channel.setErr(err);
            channel.open().verify(DEADLINE_SECONDS, TimeUnit.SECONDS);
            channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
            return new Reply(
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8),
                    channel.getExitStatus());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "EC", "RSA"})
    void shouldLetAnAuthorizedKeyInWithoutARestart(String algorithm) throws Exception {
        serve();
        KeyPair other = SampleKeys.generate(algorithm);
        assertThatThrownBy(() -> login("forebay", other)).isInstanceOf(SshException.class);
        awaitLog("is not authorized");
        Files.writeString(home.resolve("authorized_keys"), SampleKeys.line(other) + " bob");
        try (ClientSession session = login("forebay", other)) {
            assertThat(run(session, "echo hello")).isEqualTo(new Reply("hello\n", "", 0));
        }
        awaitLog("ssh login: from=127.0.0.1:");
        awaitLog("(bob) command=\"echo hello\" status=0");
        awaitLog("ssh logout: from=127.0.0.1:");
    }

    @Test
    void shouldAnswerTheSentenceOfAnErrorWithStatusOne() throws Exception {
        serve();
        try (ClientSession session = login("forebay", key)) {
            Reply reply = run(session, "echo so far; nonsense");
            assertThat(reply.out()).isEqualTo("so far\n");
            assertThat(reply.err()).contains("nonsense");
            assertThat(reply.status()).isEqualTo(1);
        }
    }

    @Test
    void shouldLetNobodyInWithoutAKeyOrUnderAnotherName() throws Exception {
        serve();
        assertThatThrownBy(() -> login("forebay")).isInstanceOf(SshException.class);
        awaitLog("no key was offered");
        assertThatThrownBy(() -> login("root\nfaked", key)).isInstanceOf(SshException.class);
        awaitLog("there is no user root?faked, only forebay");
        assertThat(log()).doesNotContain("ssh login:");
    }

    @Test
    void shouldForwardNothingAndHaveNoSubsystem() throws Exception {
        serve();
        CoreModuleProperties.REQUEST_SUBSYSTEM_REPLY.set(client, true);
        try (ClientSession session = login("forebay", key)) {
            assertThatThrownBy(() -> session.startRemotePortForwarding(
                            new SshdSocketAddress("127.0.0.1", 0), new SshdSocketAddress("127.0.0.1", 9)))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> session.createDirectTcpipChannel(
                                    new SshdSocketAddress("127.0.0.1", 0), new SshdSocketAddress("127.0.0.1", 9))
                            .open()
                            .verify(DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .isInstanceOf(IOException.class);
            try (ClientChannel channel = session.createSubsystemChannel("sftp")) {
                channel.open();
                assertThat(channel.waitFor(
                                EnumSet.of(ClientChannelEvent.CLOSED), TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS)))
                        .contains(ClientChannelEvent.CLOSED);
            }
            assertThat(run(session, "echo unharmed").out()).isEqualTo("unharmed\n");
        }
    }

    @Test
    void shouldServeATerminalUntilItExits() throws Exception {
        serve();
        CountDownLatch sleeping = new CountDownLatch(1);
        gogo.addCommand("snore", (session, arguments) -> {
            sleeping.countDown();
            Thread.sleep(TimeUnit.HOURS.toMillis(1));
            return null;
        });
        try (ClientSession session = login("forebay", key);
                ChannelShell channel = session.createShellChannel()) {
            ByteArrayOutputStream screen = new ByteArrayOutputStream();
            channel.setOut(screen);
            channel.setPtyType("dumb");
            channel.setPtyColumns(100);
            channel.open().verify(DEADLINE_SECONDS, TimeUnit.SECONDS);
            OutputStream keyboard = channel.getInvertedIn();
            type(keyboard, "echo one | grep one\r");
            await("output", () -> lines(screen).anyMatch("one"::equals));
            type(keyboard, "snore\r");
            assertThat(sleeping.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
            type(keyboard, "\003");
            type(keyboard, "echo awake\r");
            await("interrupt", () -> lines(screen).anyMatch("awake"::equals));
            type(keyboard, "exit\r");
            assertThat(channel.waitFor(
                            EnumSet.of(ClientChannelEvent.CLOSED), TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS)))
                    .contains(ClientChannelEvent.CLOSED);
            assertThat(channel.getExitStatus()).isZero();
        }
        awaitLog("ssh session ended: from=127.0.0.1:");
        assertThat(gogo.frameworkStopped()).isFalse();
    }

    private static void type(OutputStream keyboard, String text) throws IOException {
        keyboard.write(text.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    private static Stream<String> lines(ByteArrayOutputStream screen) {
        return screen.toString(StandardCharsets.UTF_8).lines().map(String::strip);
    }

    @Test
    void shouldAskForATerminalWhereThereIsNone() throws Exception {
        serve();
        try (ClientSession session = login("forebay", key);
                ChannelShell channel = session.createShellChannel()) {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            channel.setUsePty(false);
            channel.setErr(err);
            channel.open().verify(DEADLINE_SECONDS, TimeUnit.SECONDS);
            channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
            assertThat(err.toString(StandardCharsets.UTF_8)).contains("call ssh with -t");
            assertThat(channel.getExitStatus()).isEqualTo(1);
        }
    }

    @Test
    void shouldInterruptTheCommandOfAClientThatHasGone() throws Exception {
        serve();
        CountDownLatch sleeping = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        gogo.addCommand("snore", (session, arguments) -> {
            sleeping.countDown();
            try {
                Thread.sleep(TimeUnit.HOURS.toMillis(1));
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return null;
        });
        ClientSession session = login("forebay", key);
        ClientChannel channel = session.createExecChannel("snore");
        channel.open().verify(DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertThat(sleeping.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
        session.close(true);
        assertThat(interrupted.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldNotInterruptTheCommandThatClosesTheServer() throws Exception {
        serve();
        CountDownLatch done = new CountDownLatch(1);
        gogo.addCommand("close", (session, arguments) -> {
            server.close();
            if (!Thread.currentThread().isInterrupted()) {
                done.countDown();
            }
            return null;
        });
        ClientSession session = login("forebay", key);
        run(session, "close");
        assertThat(done.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldLetAnAddressHaveFewConnectionsThatDoNotLogIn() throws Exception {
        serve(new LoginLimits(8, 6, 2, Duration.ofMinutes(1)), Duration.ofMinutes(1));
        try (Socket one = stranger();
                Socket other = stranger()) {
            await("two strangers", () -> server.connections() == 2);
            try (Socket tooMany = stranger()) {
                assertThat(end(tooMany)).isTrue();
            }
            awaitLog("too many connections");
            assertThat(List.of(one, other)).noneMatch(Socket::isClosed);
        }
    }

    @Test
    void shouldPartFromAStrangerWhoDoesNotLogIn() throws Exception {
        serve(new LoginLimits(8, 6, 2, Duration.ofMillis(200)), Duration.ofMinutes(1));
        try (Socket stranger = stranger()) {
            assertThat(end(stranger)).isTrue();
        }
        awaitLog("no key was offered");
    }

    @Test
    void shouldEndALoginThatIsIdle() throws Exception {
        serve(PATIENT, Duration.ofMillis(500));
        try (ClientSession session = login("forebay", key)) {
            session.waitFor(
                    EnumSet.of(ClientSession.ClientSessionEvent.CLOSED), TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
            assertThat(session.isClosed()).isTrue();
        }
    }

    private Socket stranger() throws IOException {
        Socket socket = new Socket("127.0.0.1", server.address().getPort());
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
        return socket;
    }

    /** Reads to the end; whether there is one. */
    private static boolean end(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            in.transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // a reset
        }
    }

    @Test
    void shouldSayThatThePortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            SshSettings settings = settings(taken.getLocalPort(), Duration.ofMinutes(1));
            assertThatThrownBy(
                            () -> new ShellServer(() -> new ShellSession(gogo.processor()), settings, PATIENT).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("the address 127.0.0.1:" + taken.getLocalPort() + " cannot be listened on")
                    .hasMessageContaining("in use")
                    .hasMessageEndingWith("configure another; then save the file again.");
        }
        assertThat(threads().stream().collect(Collectors.toSet())).isEmpty();
    }
}
