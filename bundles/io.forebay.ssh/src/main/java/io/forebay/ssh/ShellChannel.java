/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.forebay.shell.session.ShellSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.Signal;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;

/** One command, or one interactive session, that a client runs; on a thread of its own. */
final class ShellChannel implements Command {

    private static final int SUCCEEDED = 0;
    private static final int FAILED = 1;
    private static final Size SIZE = new Size(80, 24);
    private static final int COLUMNS_MAX = 10_000;

    private final ShellSession shell;
    private final ShellThreads threads;
    /** {@code null}: interactive. */
    private final String line;

    private EndableInput input;
    private OutputStream output;
    private OutputStream errors;
    private ExitCallback exit;
    private volatile Thread thread;
    private volatile Terminal terminal;

    ShellChannel(ShellSession shell, ShellThreads threads, String line) {
        this.shell = shell;
        this.threads = threads;
        this.line = line;
    }

    @Override
    public void setInputStream(InputStream in) {
        input = new EndableInput(in);
    }

    @Override
    public void setOutputStream(OutputStream out) {
        output = out;
    }

    @Override
    public void setErrorStream(OutputStream err) {
        errors = err;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) throws IOException {
        String who = Logins.who(channel.getSession());
        thread = threads.start(() -> {
            long startNs = System.nanoTime();
            int status = run(environment);
            Logins.logEnd(who, line, status, System.nanoTime() - startNs);
            exit.onExit(status);
        });
    }

    private int run(Environment environment) {
        try {
            if (line != null) {
                return execute() ? SUCCEEDED : FAILED;
            }
            if (environment.getEnv().get(Environment.ENV_TERM) == null) {
                print(errors)
                        .println(
                                "An interactive session needs a terminal: call ssh with -t, or with a command to run.");
                return FAILED;
            }
            interact(environment);
            return SUCCEEDED;
        } catch (Exception e) {
            // the client has gone, or what it sees tells enough
            return FAILED;
        }
    }

    private boolean execute() {
        PrintStream out = print(output);
        PrintStream err = print(errors);
        boolean succeeded = shell.execute(line, out, err);
        out.flush();
        err.flush();
        return succeeded;
    }

    private static PrintStream print(OutputStream stream) {
        return new PrintStream(stream, true, UTF_8);
    }

    private void interact(Environment environment) throws Exception {
        Map<String, String> variables = environment.getEnv();
        try (Terminal opened = new ExternalTerminal(
                null,
                "forebay",
                variables.get(Environment.ENV_TERM),
                input,
                output,
                UTF_8,
                Terminal.SignalHandler.SIG_IGN,
                false,
                null,
                size(variables))) {
            terminal = opened;
            environment.addSignalListener(
                    (channel, signal) -> {
                        opened.setSize(size(variables));
                        opened.raise(Terminal.Signal.WINCH);
                    },
                    Signal.WINCH);
            shell.interact(opened, input::end);
            opened.flush();
        }
    }

    /** The client's window; a usual one where it has none. */
    private static Size size(Map<String, String> variables) {
        int columns = number(variables.get(Environment.ENV_COLUMNS));
        int rows = number(variables.get(Environment.ENV_LINES));
        return columns > 0 && rows > 0 ? new Size(columns, rows) : SIZE;
    }

    private static int number(String text) {
        return text != null && text.matches("\\d{1,5}") ? Math.min(Integer.parseInt(text), COLUMNS_MAX) : 0;
    }

    /** The client has gone, or the server closes: ends what runs as Ctrl-C would, and then the session. */
    @Override
    public void destroy(ChannelSession channel) {
        EndableInput open = input;
        if (open != null) {
            open.end();
        }
        Thread running = thread;
        if (running == null || shell.isCaller()) {
            return;
        }
        Terminal opened = terminal;
        if (opened == null) {
            running.interrupt();
        } else {
            opened.raise(Terminal.Signal.INT);
        }
    }
}
