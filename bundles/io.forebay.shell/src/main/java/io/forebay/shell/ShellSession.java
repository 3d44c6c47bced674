/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.util.List;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;

/** One client of the {@link ShellServer}, whose protocol is described there. */
final class ShellSession implements Closeable {

    private static final int HEADER_BYTES_MAX = 64 * 1024;
    private static final int COLUMNS_MAX = 10_000;
    private static final String SCOPES = "forebay:gogo:*";

    private static final int SUCCEEDED = 0;
    private static final int FAILED = 1;
    private static final int REFUSED = 2;

    private final ClientChannel client;
    private final OutputStream output;
    private final CommandProcessor processor;
    private final long headerTimeoutMs;

    ShellSession(ClientChannel client, CommandProcessor processor, long headerTimeoutMs) {
        this.client = client;
        this.output = new BufferedOutputStream(client.output());
        this.processor = processor;
        this.headerTimeoutMs = headerTimeoutMs;
    }

    /** Serves the client until one of the two has enough; then closes the connection. */
    void serve() throws IOException {
        try (client) {
            String header = client.readLine(headerTimeoutMs, HEADER_BYTES_MAX).strip();
            String[] words = header.split("\\s+");
            if (words[0].equals("exec") && words.length > 1) {
                execute(header.substring("exec".length()).strip());
            } else if (words[0].equals("shell") && words.length == 4) {
                interact(words[1], words[2], words[3]);
            } else {
                refuse("The first line is neither exec and a command, nor shell, columns, rows and terminal type:"
                        + " use a client of this version.");
            }
        } catch (SocketTimeoutException e) {
            // a client that says nothing is not owed an answer
        }
    }

    /** Turns a client away with a sentence. */
    void refuse(String sentence) throws IOException {
        output.write((sentence + "\n").getBytes(UTF_8));
        end(REFUSED);
    }

    private void end(int status) throws IOException {
        output.write(("\0" + status + "\n").getBytes(UTF_8));
        output.flush();
    }

    private void execute(String line) throws IOException {
        PrintStream out = new PrintStream(output, false, UTF_8);
        int status = SUCCEEDED;
        try (CommandSession session = processor.createSession(InputStream.nullInputStream(), out, out)) {
            session.put("SCOPE", SCOPES);
            Object result = session.execute(line);
            if (result != null) {
                CharSequence text = session.format(result, Converter.INSPECT);
                out.print(text);
                if (text.length() == 0 || text.charAt(text.length() - 1) != '\n') {
                    out.println();
                }
            }
        } catch (Exception e) {
            // whatever a command throws is an answer to whoever typed it
            out.println(e.getMessage() == null ? e.toString() : e.getMessage());
            status = FAILED;
        }
        out.flush();
        end(status);
    }

    private void interact(String columns, String rows, String type) throws IOException {
        Size size = size(columns, rows);
        if (size == null) {
            refuse("The terminal's size %s by %s is not a size: use numbers from 1 to %d."
                    .formatted(columns, rows, COLUMNS_MAX));
            return;
        }
        try (Terminal terminal = new ExternalTerminal(
                        null,
                        "forebay",
                        type,
                        client.input(),
                        output,
                        UTF_8,
                        Terminal.SignalHandler.SIG_IGN,
                        false,
                        null,
                        size);
                CommandSession session =
                        processor.createSession(terminal.input(), terminal.output(), terminal.output())) {
            if (!(session.get("gogo:gosh") instanceof Function gosh)) {
                refuse("The interactive shell is not installed: start the bundle org.apache.felix.gogo.jline.");
                return;
            }
            session.put(".terminal", terminal);
            Function exit = (caller, arguments) -> {
                client.endInput();
                return null;
            };
            session.put("exit", exit);
            session.put("logout", exit);
            // called, not executed: as a job of its own session it would wait for itself
            gosh.execute(session, List.of("--login", "--noshutdown"));
            terminal.flush();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the shell failed: " + e, e);
        }
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
