/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell.session;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.command.Job;
import org.jline.terminal.Terminal;

/** One session of the shell: a command, or an interactive one; on the caller's thread, and only once. */
public final class ShellSession {

    private static final String SCOPES = "forebay:gogo:*";

    private final CommandProcessor processor;
    private volatile CommandSession current;

    public ShellSession(CommandProcessor processor) {
        this.processor = processor;
    }

    /**
     * Runs a line with empty standard input: prints what the commands print and then what the last one returns, as text; or
     * on {@code err} why it failed. An interrupt of the caller reaches the command.
     *
     * @return whether it succeeded
     */
    public boolean execute(String line, PrintStream out, PrintStream err) {
        try (CommandSession session = processor.createSession(InputStream.nullInputStream(), out, err)) {
            current = session;
            session.put("SCOPE", SCOPES);
            Object result = session.execute(line);
            if (result != null) {
                CharSequence text = session.format(result, Converter.INSPECT);
                out.print(text);
                if (text.length() == 0 || text.charAt(text.length() - 1) != '\n') {
                    out.println();
                }
            }
            return true;
        } catch (Exception e) {
            // whatever a command throws is an answer to whoever typed it
            err.println(e.getMessage() == null ? e.toString() : e.getMessage());
            return false;
        }
    }

    /**
     * Serves a terminal until its input ends.
     *
     * @param endInput makes the terminal's input end; called when somebody types {@code exit} or {@code logout}
     * @throws Exception what the shell throws when the terminal breaks
     */
    public void interact(Terminal terminal, Runnable endInput) throws Exception {
        try (CommandSession session = processor.createSession(terminal.input(), terminal.output(), terminal.output())) {
            if (!(session.get("gogo:gosh") instanceof Function gosh)) {
                terminal.writer()
                        .println(
                                "The interactive shell is not installed: start the bundle org.apache.felix.gogo.jline.");
                terminal.flush();
                return;
            }
            current = session;
            session.put(".terminal", terminal);
            Function exit = (caller, arguments) -> {
                endInput.run();
                return null;
            };
            session.put("exit", exit);
            session.put("logout", exit);
            // called, not executed: as a job of its own session it would wait for itself
            gosh.execute(session, List.of("--login", "--noshutdown"));
        }
    }

    /**
     * Whether the calling thread runs a command of this session, for example one that stops the bundle that serves it: to
     * interrupt the session would interrupt the caller. Any thread.
     */
    public boolean isCaller() {
        Job job = Job.Utils.current();
        return job != null && job.session() == current;
    }
}
