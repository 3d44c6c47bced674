/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.forebay.shell.session.ShellSession;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;

/** One client of the {@link ControlServer}, whose protocol is described there. */
final class ControlSession implements Closeable {

    private static final int HEADER_BYTES_MAX = 64 * 1024;
    private static final int COLUMNS_MAX = 10_000;

    private static final int SUCCEEDED = 0;
    private static final int FAILED = 1;
    private static final int REFUSED = 2;

    private final ClientChannel client;
    private final OutputStream output;
    private final ReplyFrames reply;
    private final ShellSession shell;
    private final ProxyCommands proxy;
    private final long headerTimeoutMs;

    /** What goes on in an interactive session. */
    private interface Interaction {
        void run(Terminal terminal) throws Exception;
    }

    ControlSession(ClientChannel client, ShellSession shell, ProxyCommands proxy, long headerTimeoutMs) {
        this.client = client;
        this.output = new BufferedOutputStream(client.output());
        this.reply = new ReplyFrames(output);
        this.shell = shell;
        this.proxy = proxy;
        this.headerTimeoutMs = headerTimeoutMs;
    }

    /** Serves the client until one of the two has enough; then closes the connection. */
    void serve() throws IOException {
        try (client) {
            String header = client.readLine(headerTimeoutMs, HEADER_BYTES_MAX).strip();
            String[] words = header.split("\\s+");
            if (words[0].equals("exec") && words.length > 1) {
                execute(header.substring("exec".length()).strip());
            } else if (words[0].equals("proxy")) {
                proxy(words);
            } else if (words[0].equals("shell") && words.length == 4) {
                interact(words, terminal -> shell.interact(terminal, client::endInput));
            } else if (words[0].equals("prompt") && words.length == 4) {
                interact(words, terminal -> new ProxyPrompt(terminal, proxy).run());
            } else {
                refuse("The first line is none that this Forebay understands: use a client of its version.");
            }
        } catch (SocketTimeoutException e) {
            // a client that says nothing is not owed an answer
        }
    }

    /** Turns a client away with a sentence. */
    void refuse(String sentence) throws IOException {
        reply.err().println(sentence);
        reply.end(REFUSED);
    }

    private void execute(String line) throws IOException {
        int status = shell.execute(line, reply.out(), reply.err()) ? SUCCEEDED : FAILED;
        reply.end(status);
    }

    private void proxy(String[] words) throws IOException {
        List<String> arguments = new ArrayList<>();
        try {
            Arrays.stream(words).skip(1).forEach(word -> arguments.add(URLDecoder.decode(word, UTF_8)));
        } catch (IllegalArgumentException e) {
            refuse("The arguments are not encoded as they should be: use a client of this version.");
            return;
        }
        ProxyAnswer answer = proxy.run(arguments);
        reply.out().print(answer.out());
        reply.err().print(answer.err());
        reply.end(answer.status());
        if (answer.shutdown()) {
            client.close();
            proxy.shutdown();
        }
    }

    private void interact(String[] words, Interaction interaction) throws IOException {
        Size size = size(words[1], words[2]);
        if (size == null) {
            say("The terminal's size %s by %s is not a size: use numbers from 1 to %d."
                    .formatted(words[1], words[2], COLUMNS_MAX));
            return;
        }
        try (Terminal terminal = new ExternalTerminal(
                null,
                "forebay",
                words[3],
                client.input(),
                output,
                UTF_8,
                Terminal.SignalHandler.SIG_IGN,
                false,
                null,
                size)) {
            interaction.run(terminal);
            terminal.flush();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the session failed: " + e, e);
        }
    }

    /** Says a sentence to a terminal in raw mode. */
    private void say(String sentence) throws IOException {
        output.write((sentence + "\r\n").getBytes(UTF_8));
        output.flush();
    }

    private static Size size(String columns, String rows) {
        if (!columns.matches("\\d{1,5}") || !rows.matches("\\d{1,5}")) {
            return null;
        }
        int width = Integer.parseInt(columns);
        int height = Integer.parseInt(rows);
        boolean usable = width > 0 && width <= COLUMNS_MAX && height > 0 && height <= COLUMNS_MAX;
        return usable ? new Size(width, height) : null;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
