/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientTest {
    private static final long DEADLINE_SECONDS = 20;

    @TempDir
    Path base;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private InputStream in = InputStream.nullInputStream();

    @BeforeEach
    void makeRunFolder() throws IOException {
        Files.createDirectories(base.resolve("run"));
    }

    /** Takes one client: reads what it says first, answers in the given pieces, hangs up. Gives what it read. */
    private CompletableFuture<String> serve(String... pieces) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(base.resolve("run/control.sock")));
        return CompletableFuture.supplyAsync(() -> {
            try (server;
                    SocketChannel client = server.accept()) {
                String header = readLine(client);
                for (String piece : pieces) {
                    client.write(ByteBuffer.wrap(piece.getBytes(StandardCharsets.UTF_8)));
                }
                return header;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static String frame(char kind, String text) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        return kind + "\0\0\0" + (char) length + text;
    }

    private static String readLine(SocketChannel client) throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (client.read(one.clear()) == 1 && one.get(0) != '\n') {
            line.append((char) one.get(0));
        }
        return line.toString();
    }

    private int run(String... arguments) throws LaunchException, IOException {
        return new Client(base, in, out, err).run(arguments);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldPrintWhatTheCommandPrintsAndEndWithItsStatus() throws Exception {
        CompletableFuture<String> header =
                serve(frame('o', "grün\n"), frame('e', "oh\n") + frame('o', "two\0\n"), frame('x', "17"));
        assertThat(run("exec", "forebay:list", "-v")).isEqualTo(17);
        assertThat(printed()).isEqualTo("grün\ntwo\0\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("oh\n");
        assertThat(header.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("exec forebay:list -v");
    }

    @Test
    void shouldSayThatTheConnectionEndedEarly() throws Exception {
        serve(frame('o', "half a"), "o");
        assertThatThrownBy(() -> run("exec", "x"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("before the command had ended");
        assertThat(printed()).isEqualTo("half a");
    }

    @Test
    void shouldSayThatSomethingElseAnswers() throws Exception {
        serve("HTTP/1.1 400 Bad Request");
        assertThatThrownBy(() -> run("exec", "x"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("no Forebay of this version");
    }

    @Test
    void shouldPassOnWhatDrbdProxyCtlWasCalledWith() throws Exception {
        CompletableFuture<String> header = serve(frame('x', "0"));
        assertThat(run("proxy", "-c", "set plugin r0 0 zstd level 7", "a+b%\n")).isZero();
        assertThat(header.get(DEADLINE_SECONDS, TimeUnit.SECONDS))
                .isEqualTo("proxy -c set+plugin+r0+0+zstd+level+7 a%2Bb%25%0A");
    }

    @Test
    void shouldTakeCommandsOfDrbdProxyCtlFromStandardInput() throws Exception {
        in = new ByteArrayInputStream("show\nversion\n".getBytes(StandardCharsets.UTF_8));
        CompletableFuture<String> header = serve(frame('x', "0"));
        assertThat(run("proxy")).isZero();
        assertThat(header.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("proxy -c show -c version");
    }

    @Test
    void shouldSayThatNobodyListens() {
        assertThatThrownBy(() -> run("exec", "x"))
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.NO_SERVER))
                .hasMessageContaining(base.toString())
                .hasMessageContaining("bin/forebay start");
    }

    @Test
    void shouldSayThatNobodyListensWhereAKilledForebayLeftItsSocket() throws IOException {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(base.resolve("run/control.sock")))
                .close();
        assertThat(base.resolve("run/control.sock")).exists();
        assertThatThrownBy(() -> run("exec", "x"))
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.NO_SERVER));
    }

    @Test
    void shouldCarryAnInteractiveSession() throws Exception {
        CompletableFuture<String> header = serve("g! ", "bye");
        assertThat(run("shell", "120", "40", "xterm")).isZero();
        assertThat(printed()).isEqualTo("g! bye");
        assertThat(header.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("shell 120 40 xterm");
    }

    @Test
    void shouldSendKeysWhileItWaitsForTheServer() throws Exception {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(base.resolve("run/control.sock")));
        PipedOutputStream keyboard = new PipedOutputStream();
        in = new PipedInputStream(keyboard);
        CompletableFuture<String> keys = CompletableFuture.supplyAsync(() -> {
            try (server;
                    SocketChannel client = server.accept()) {
                readLine(client);
                client.write(ByteBuffer.wrap("> ".getBytes(StandardCharsets.UTF_8)));
                keyboard.write("list\n".getBytes(StandardCharsets.UTF_8));
                return readLine(client);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> {
            try {
                return run("prompt", "80", "24", "xterm");
            } catch (LaunchException | IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(keys.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("list");
        assertThat(status.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isZero();
        assertThat(printed()).isEqualTo("> ");
    }

    @Test
    void shouldRefuseWhatItDoesNotKnow() {
        assertThatThrownBy(() -> run("nonsense", "x"))
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.USAGE));
    }
}
