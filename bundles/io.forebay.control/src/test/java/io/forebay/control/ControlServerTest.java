/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forebay.control.ControlClient.Reply;
import io.forebay.testkit.GogoShell;
import io.forebay.testkit.StubRelays;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ControlServerTest {

    /** Stands in for the commands of relays. */
    public static final class Relays {

        private static final List<String> NAMES = List.of("leftmost", "right");

        public List<String> _names() {
            return NAMES;
        }

        public String connections(String... names) {
            return String.join(" ", names) + "\nAll connections : 2, Established : 2";
        }

        public String list(String name) {
            throw new IllegalArgumentException("There is no relay " + name + ".");
        }
    }

    private static final long PATIENT_MS = 60_000;

    /** A session's thread that has done all may still be about to end. */
    private static final long ENDS_WITHIN_MS = 5_000;

    private static final ProxyCommands PROXY = new ProxyCommands(
            new ProxyConnectionCommands(new RememberingConnections(), new StubRelays()),
            new ProxyListings(new StubRelays(), line -> line, "1.2.3"),
            new ProxyLogLevel(null),
            () -> {});

    @TempDir
    private Path home;

    private final String userHome = System.getProperty("user.home");
    private GogoShell gogo;
    private Path socket;
    private ControlServer server;

    @BeforeEach
    void start() throws IOException {
        System.setProperty("user.home", home.toString());
        Files.createDirectories(home.resolve("etc"));
        Files.writeString(home.resolve("etc/gosh_profile"), """
                SCOPE = 'forebay:gogo:*'
                prompt = 'forebay> '
                complete -c forebay:connections -e
                complete -c forebay:connections -d "show the channels"
                complete -c forebay:connections -a 'forebay:_names'
                """);
        gogo = new GogoShell(home);
        gogo.addCommands("forebay", new Relays(), "connections", "list", "_names");
        socket = home.resolve("run/control.sock");
    }

    /** Ends the shell, and proves that no thread of it is left. */
    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        gogo.close();
        System.setProperty("user.home", userHome);
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("forebay-control")) {
                thread.join(ENDS_WITHIN_MS);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
        assertThat(socket).doesNotExist();
    }

    private void serve() throws IOException {
        serve(PATIENT_MS);
    }

    private void serve(long headerTimeoutMs) throws IOException {
        server = new ControlServer(gogo.processor(), PROXY, socket, true, headerTimeoutMs);
    }

    @Test
    void shouldStreamWhatACommandPrintsAndWhatItReturns() throws IOException {
        serve();
        assertThat(ControlClient.ask(socket, "exec echo hello; forebay:_names"))
                .isEqualTo(new Reply("hello\nleftmost\nright\n", "", 0));
        assertThat(ControlClient.ask(socket, "exec connections right"))
                .isEqualTo(new Reply("right\nAll connections : 2, Established : 2\n", "", 0));
        assertThat(ControlClient.ask(socket, "exec echo only")).isEqualTo(new Reply("only\n", "", 0));
    }

    @Test
    void shouldAnswerTheSentenceOfAnErrorWithStatusOne() throws IOException {
        serve();
        assertThat(ControlClient.ask(socket, "exec forebay:list r9"))
                .isEqualTo(new Reply("", "There is no relay r9.\n", 1));
        assertThat(ControlClient.ask(socket, "exec echo so far; nonsense"))
                .satisfies(reply -> assertThat(reply.out()).isEqualTo("so far\n"))
                .satisfies(reply -> assertThat(reply.err()).contains("nonsense"))
                .satisfies(reply -> assertThat(reply.status()).isEqualTo(1));
        gogo.addCommand("fail", (session, arguments) -> {
            throw new IllegalStateException();
        });
        assertThat(ControlClient.ask(socket, "exec fail"))
                .isEqualTo(new Reply("", "java.lang.IllegalStateException\n", 1));
    }

    @Test
    void shouldTurnAwayWhomItDoesNotUnderstand() throws IOException {
        serve();
        for (String header : new String[] {"", "exec", "shell 80 24", "run list", "GET / HTTP/1.1"}) {
            assertThat(ControlClient.ask(socket, header))
                    .isEqualTo(new Reply(
                            "",
                            "The first line is none that this Forebay understands: use a client of its version.\n",
                            2));
        }
        assertThat(raw("shell 0 24 xterm"))
                .isEqualTo("The terminal's size 0 by 24 is not a size: use numbers from 1 to 10000.\r\n");
        assertThat(raw("prompt 80 999999999999 xterm")).contains("is not a size");
    }

    private String raw(String header) throws IOException {
        try (ControlClient client = new ControlClient(socket)) {
            client.send(header + "\n");
            return client.readToEnd();
        }
    }

    @Test
    void shouldHangUpOnWhoDoesNotSayWhatItWants() throws IOException {
        serve(50);
        try (ControlClient client = new ControlClient(socket)) {
            client.send("exec forebay:list without an end of line");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void shouldServeSixtyFourAtOnceAndTellTheNextOne() throws Exception {
        CountDownLatch running = new CountDownLatch(ControlServer.SESSIONS_MAX);
        CountDownLatch goOn = new CountDownLatch(1);
        gogo.addCommand("hold", (session, arguments) -> {
            running.countDown();
            goOn.await();
            return "held";
        });
        Deque<ControlClient> clients = new ArrayDeque<>();
        serve();
        for (int i = 0; i < ControlServer.SESSIONS_MAX; i++) {
            clients.add(new ControlClient(socket));
            clients.getLast().send("exec hold\n");
        }
        running.await();
        try (ControlClient client = new ControlClient(socket)) {
            assertThat(client.reply()).isEqualTo(new Reply("", "There are 64 sessions already: end one of them.\n", 2));
        }
        goOn.countDown();
        for (ControlClient client : clients) {
            assertThat(client.reply()).isEqualTo(new Reply("held\n", "", 0));
            client.close();
        }
        int status = -1;
        // a session's place is free a moment after its last byte
        while (status != 0) {
            status = ControlClient.ask(socket, "exec echo again").status();
        }
    }

    @Test
    void shouldEndSessionsAndRemoveTheSocketWhenClosed() throws Exception {
        serve();
        try (ControlClient waiting = interactive()) {
            server.close();
            waiting.readToEnd();
        }
    }

    private ControlClient interactive() throws IOException {
        ControlClient client = new ControlClient(socket);
        client.send("shell 100 30 xterm\n");
        client.readUntil("forebay> ");
        return client;
    }

    @Test
    void shouldOfferTheWholeShellWithCompletionAndHistory() throws IOException {
        serve();
        try (ControlClient client = interactive()) {
            client.send("connections l\t\r");
            assertThat(client.readUntil("All connections : 2, Established : 2")).contains("leftmost");
            client.readUntil("forebay> ");
            client.send("\u0010\r"); // Ctrl-P, the previous line
            client.readUntil("All connections : 2, Established : 2");
            client.readUntil("forebay> ");
            client.send("list nowhere\r");
            client.readUntil("There is no relay nowhere.");
            client.readUntil("forebay> ");
            client.send("echo columns $COLUMNS\r");
            client.readUntil("columns 100");
            client.send("exit\r");
            client.readToEnd();
        }
        assertThat(gogo.frameworkStopped()).isFalse();
    }

    @Test
    void shouldEndOnlyTheSessionOnCtrlDLogoutAndHangUp() throws IOException {
        serve();
        for (String end : new String[] {"\u0004", "logout\r", "exit\r"}) {
            try (ControlClient client = interactive()) {
                client.send(end);
                client.readToEnd();
            }
        }
        interactive().close();
        assertThat(ControlClient.ask(socket, "exec echo still here")).isEqualTo(new Reply("still here\n", "", 0));
        assertThat(gogo.frameworkStopped()).isFalse();
    }

    @Test
    void shouldInterruptACommandAndKeepTheSessionOnCtrlC() throws IOException {
        gogo.addCommand("flood", (session, arguments) -> {
            while (!Thread.currentThread().isInterrupted()) {
                session.getConsole().println("flooding");
            }
            return null;
        });
        serve();
        try (ControlClient client = interactive()) {
            client.send("flood\r");
            client.readUntil("flooding\r\nflooding");
            client.send("\u0003");
            client.readUntil("forebay> ");
            client.send("echo back\r");
            client.readUntil("back\r\n");
        }
    }

    @Test
    void shouldSayWhichBundleIsMissingWhenThereIsNoInteractiveShell() throws IOException {
        gogo.processor().removeCommand("gogo", "gosh");
        serve();
        assertThat(raw("shell 80 24 xterm"))
                .endsWith("The interactive shell is not installed: start the bundle org.apache.felix.gogo.jline.\r\n");
    }

    @Test
    void shouldLetNobodyElseIn() throws IOException {
        serve();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldCloseItsOwnFolderToOthersAndRefuseAnOpenOneOfTheOperator() throws IOException {
        Files.createDirectories(socket.getParent());
        Files.setPosixFilePermissions(socket.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThatThrownBy(() -> new ControlServer(gogo.processor(), PROXY, socket, false, PATIENT_MS))
                .hasMessage(
                        "The folder " + socket.getParent() + " of the control socket is open to other users: close it"
                                + " with chmod 700, or configure another.");
        assertThat(socket).doesNotExist();
        serve();
        server.close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
                .isEqualTo("rwx------");
        new ControlServer(gogo.processor(), PROXY, socket, false, PATIENT_MS).close();
    }

    @Test
    void shouldReplaceTheSocketOfADeadProcess() throws IOException {
        Files.createDirectories(socket.getParent());
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        serve();
        assertThat(ControlClient.ask(socket, "exec echo new")).isEqualTo(new Reply("new\n", "", 0));
    }

    @Test
    void shouldLeaveTheSocketOfALivingProcessAlone() throws IOException {
        serve();
        assertThatThrownBy(() -> serve())
                .hasMessage("The control socket " + socket
                        + " is served by another process: stop it, or configure another path.");
        assertThat(ControlClient.ask(socket, "exec echo alive")).isEqualTo(new Reply("alive\n", "", 0));
    }

    @Test
    void shouldNotDeleteAFileThatIsNoSocket() throws IOException {
        Files.createDirectories(socket.getParent());
        Files.writeString(socket, "precious");
        assertThatThrownBy(() -> serve()).hasMessageContaining("is a file that is no socket: move it away");
        assertThat(socket).hasContent("precious");
        Files.delete(socket);
    }

    @Test
    void shouldSayWhatToDoWhenThePathIsTooLong() {
        Path far = home.resolve("x".repeat(120));
        assertThatThrownBy(() -> new ControlServer(gogo.processor(), PROXY, far.resolve("s"), false, PATIENT_MS))
                .hasMessageContaining("cannot be opened")
                .hasMessageContaining("shorter than 108 bytes");
    }
}
