/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.testkit.GogoShell;
import io.forebay.testkit.StubRelays;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The prompt, as a terminal sees it. */
@Timeout(60)
class ProxyPromptTest {

    private static final String PROMPT = "drbd-proxy> ";

    @TempDir
    private Path home;

    private final RememberingConnections connections = new RememberingConnections();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private GogoShell gogo;
    private ControlServer server;
    private ControlClient client;

    @BeforeEach
    void start() throws IOException {
        ProxyCommands commands = new ProxyCommands(
                new ProxyConnectionCommands(connections, new StubRelays()),
                new ProxyListings(new StubRelays(), line -> line, "1.2.3"),
                new ProxyLogLevel(null),
                stopped::countDown);
        commands.run("add connection r0-bob-alice 127.0.0.1:1 b:2 192.0.2.1:3 127.0.0.1:4");
        gogo = new GogoShell(home);
        Path socket = home.resolve("run/control.sock");
        server = new ControlServer(gogo.processor(), commands, socket, true, 60_000);
        client = new ControlClient(socket);
        client.send("prompt 200 50 xterm\n");
        client.readUntil(PROMPT);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
        gogo.close();
    }

    @Test
    void shouldRunCommandsAndShowAnswersNotesAndRefusalsFromTheLeftEdge() throws IOException {
        client.send("version\r");
        client.readUntil("drbd-proxy-ctl 4.0.0, Forebay 1.2.3\r\n");
        client.readUntil(PROMPT);
        client.send("del connection r9\r");
        client.readUntil("drbd-proxy-ctl: note: there was no connection r9.\r\n");
        client.readUntil(PROMPT);
        client.send("frobnicate\r");
        client.readUntil("drbd-proxy-ctl: There is no command \"frobnicate\": drbd-proxy-ctl help lists them.\r\n");
        client.readUntil(PROMPT);
        client.send("\r");
        client.readUntil(PROMPT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ver                   | drbd-proxy-ctl 4.0.0
            show proxy            | \\{
            show proxy-settings r | proxy {
            show avail            | Plugin: lz4
            list hsub             | From-WAN
            """)
    void shouldCompleteWordsAndNames(String typed, String answer) throws IOException {
        String keys = typed.equals("show proxy") ? typed + "\tr0-\t" : typed + "\t";
        client.send(keys + "\r");
        client.readUntil(answer.equals("\\{") ? "proxy {" : answer);
    }

    @ParameterizedTest
    @CsvSource({"set memlimit r0-, 1G", "set bwlimit r, 10M"})
    void shouldCompleteTheNameOfTheConnectionWhoseOptionIsSet(String typed, String value) throws IOException {
        client.send(typed + "\t" + value + "\r");
        client.send("version\r");
        client.readUntil("Forebay 1.2.3");
        assertThat(connections.all().get(0).options()).containsValue(value);
    }

    @Test
    void shouldOfferOnlyWhatCanStandNext() throws IOException {
        client.send("set loglevel \t");
        String offered = client.readUntil("warning");
        assertThat(offered).contains("critical", "debug").doesNotContain("r0-bob-alice");
    }

    @Test
    void shouldGoBackToFormerCommandsWithCtrlP() throws IOException {
        client.send("version\r");
        client.readUntil("Forebay 1.2.3");
        client.readUntil(PROMPT);
        client.send("frobnicate\r");
        client.readUntil(PROMPT);
        client.send("\u0010\u0010\r");
        client.readUntil("Forebay 1.2.3");
    }

    @Test
    void shouldLeaveTheLineAndNotThePromptOnCtrlC() throws IOException {
        client.send("del connection r0-bob-alice\u0003");
        client.readUntil(PROMPT);
        client.send("version\r");
        client.readUntil("Forebay 1.2.3");
        assertThat(connections.all()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"quit\r", " exit \r", "\u0004"})
    void shouldEndOnQuitExitAndCtrlD(String keys) throws IOException {
        client.send(keys);
        client.readToEnd();
        assertThat(stopped.getCount()).isOne();
    }

    @Test
    void shouldStopForebayOnShutdown() throws Exception {
        client.send("shutdown\r");
        assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
        client.readToEnd();
    }
}
