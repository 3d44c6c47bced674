/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ShellServerTest {

    private static final long PATIENT_MS = 60_000;

    @TempDir
    private Path home;

    private final String userHome = System.getProperty("user.home");
    private GogoShell gogo;
    private Path socket;
    private ShellServer server;

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
        gogo = new GogoShell(Samples.relays(Samples.healthy("leftmost"), Samples.healthy("right")), home);
        socket = home.resolve("run/shell.sock");
    }

    /** Ends the shell, and proves that no thread of it is left. */
    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
        gogo.close();
        System.setProperty("user.home", userHome);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("forebay-shell"));
        assertThat(socket).doesNotExist();
    }

    private void serve() throws IOException {
        serve(PATIENT_MS);
    }

    private void serve(long headerTimeoutMs) throws IOException {
        server = new ShellServer(gogo.processor(), socket, true, headerTimeoutMs);
    }

    @Test
    void shouldStreamWhatACommandPrintsAndWhatItReturns() throws IOException {
        serve();
        assertThat(ShellClient.ask(socket, "exec echo hello; forebay:_names"))
                .isEqualTo("hello\nleftmost\nright\n\0000\n");
        assertThat(ShellClient.ask(socket, "exec connections right"))
                .endsWith("\nAll connections : 2, Established : 2\n\0000\n");
        assertThat(ShellClient.ask(socket, "exec echo only")).isEqualTo("only\n\0000\n");
    }

    @Test
    void shouldAnswerTheSentenceOfAnErrorWithStatusOne() throws IOException {
        serve();
        assertThat(ShellClient.ask(socket, "exec forebay:list r9"))
                .isEqualTo("There is no relay r9: there are leftmost, right.\n\0001\n");
        assertThat(ShellClient.ask(socket, "exec echo so far; nonsense"))
                .startsWith("so far\n")
                .contains("nonsense")
                .endsWith("\n\0001\n");
        gogo.addCommand("fail", (session, arguments) -> {
            throw new IllegalStateException();
        });
        assertThat(ShellClient.ask(socket, "exec fail")).isEqualTo("java.lang.IllegalStateException\n\0001\n");
    }

    @Test
    void shouldTurnAwayWhomItDoesNotUnderstand() throws IOException {
        serve();
        for (String header : new String[] {"", "exec", "shell 80 24", "run list", "GET / HTTP/1.1"}) {
            assertThat(ShellClient.ask(socket, header))
                    .startsWith("The first line is neither exec and a command")
                    .endsWith("\n\0002\n");
        }
        assertThat(ShellClient.ask(socket, "shell 0 24 xterm"))
                .isEqualTo("The terminal's size 0 by 24 is not a size: use numbers from 1 to 10000.\n\0002\n");
        assertThat(ShellClient.ask(socket, "shell 80 999999999999 xterm")).endsWith("\0002\n");
    }

    @Test
    void shouldHangUpOnWhoDoesNotSayWhatItWants() throws IOException {
        serve(50);
        try (ShellClient client = new ShellClient(socket)) {
            client.send("exec forebay:list without an end of line");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void shouldServeSixteenAtOnceAndTellTheNextOne() throws Exception {
        CountDownLatch running = new CountDownLatch(ShellServer.SESSIONS_MAX);
        CountDownLatch goOn = new CountDownLatch(1);
        gogo.addCommand("hold", (session, arguments) -> {
            running.countDown();
            goOn.await();
            return "held";
        });
        Deque<ShellClient> clients = new ArrayDeque<>();
        serve();
        for (int i = 0; i < ShellServer.SESSIONS_MAX; i++) {
            clients.add(new ShellClient(socket));
            clients.getLast().send("exec hold\n");
        }
        running.await();
        try (ShellClient client = new ShellClient(socket)) {
            assertThat(client.readToEnd()).isEqualTo("There are 16 shell sessions already: end one of them.\n\0002\n");
        }
        goOn.countDown();
        for (ShellClient client : clients) {
            assertThat(client.readToEnd()).isEqualTo("held\n\0000\n");
            client.close();
        }
        String answer = "";
        // a session's place is free a moment after its last byte
        while (!answer.equals("again\n\0000\n")) {
            answer = ShellClient.ask(socket, "exec echo again");
        }
    }

    @Test
    void shouldEndSessionsAndRemoveTheSocketWhenClosed() throws Exception {
        serve();
        try (ShellClient waiting = interactive()) {
            server.close();
            waiting.readToEnd();
        }
    }

    private ShellClient interactive() throws IOException {
        ShellClient client = new ShellClient(socket);
        client.send("shell 100 30 xterm\n");
        client.readUntil("forebay> ");
        return client;
    }

    @Test
    void shouldOfferTheWholeShellWithCompletionAndHistory() throws IOException {
        serve();
        try (ShellClient client = interactive()) {
            client.send("connections l\t\r");
            assertThat(client.readUntil("All connections : 2, Established : 2")).contains("leftmost");
            client.readUntil("forebay> ");
            client.send("\u0010\r"); // Ctrl-P, the previous line
            client.readUntil("All connections : 2, Established : 2");
            client.readUntil("forebay> ");
            client.send("list nowhere\r");
            client.readUntil("There is no relay nowhere: there are leftmost, right.");
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
            try (ShellClient client = interactive()) {
                client.send(end);
                client.readToEnd();
            }
        }
        interactive().close();
        assertThat(ShellClient.ask(socket, "exec echo still here")).isEqualTo("still here\n\0000\n");
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
        try (ShellClient client = interactive()) {
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
        assertThat(ShellClient.ask(socket, "shell 80 24 xterm"))
                .endsWith("The interactive shell is not installed: start the bundle org.apache.felix.gogo.jline."
                        + "\n\0002\n");
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
        assertThatThrownBy(() -> new ShellServer(gogo.processor(), socket, false, PATIENT_MS))
                .hasMessage("The folder " + socket.getParent() + " of the shell socket is open to other users: close it"
                        + " with chmod 700, or configure another.");
        assertThat(socket).doesNotExist();
        serve();
        server.close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
                .isEqualTo("rwx------");
        new ShellServer(gogo.processor(), socket, false, PATIENT_MS).close();
    }

    @Test
    void shouldReplaceTheSocketOfADeadProcess() throws IOException {
        Files.createDirectories(socket.getParent());
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        serve();
        assertThat(ShellClient.ask(socket, "exec echo new")).isEqualTo("new\n\0000\n");
    }

    @Test
    void shouldLeaveTheSocketOfALivingProcessAlone() throws IOException {
        serve();
        assertThatThrownBy(() -> serve())
                .hasMessage("The shell socket " + socket
                        + " is served by another process: stop it, or configure another path.");
        assertThat(ShellClient.ask(socket, "exec echo alive")).isEqualTo("alive\n\0000\n");
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
        assertThatThrownBy(() -> new ShellServer(gogo.processor(), far.resolve("s"), false, PATIENT_MS))
                .hasMessageContaining("cannot be opened")
                .hasMessageContaining("shorter than 108 bytes");
    }
}
