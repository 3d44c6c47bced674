/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import io.forebay.shell.session.ShellSession;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.felix.service.command.CommandProcessor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the Gogo shell and the commands of {@code drbd-proxy-ctl} on a Unix domain socket, a thread per client.
 *
 * <p>The client sends one line of UTF-8 words, complete within 5 seconds and at most 64 KiB:
 *
 * <pre>
 *  exec COMMAND LINE            one command of the shell; standard input is empty
 *  proxy ARGUMENT...            what drbd-proxy-ctl was called with, each argument encoded as in a URL's query
 *  shell COLUMNS ROWS TERM      an interactive session of the shell, for example: shell 120 40 xterm-256color
 *  prompt COLUMNS ROWS TERM     an interactive session of drbd-proxy-ctl
 * </pre>
 *
 * After {@code exec} and {@code proxy} comes a reply as {@link ReplyFrames} draws it, and the connection ends. After
 * {@code exec} standard output has what the command prints and then what it returns, as text (of several commands in one
 * line, what the last returns). Status 0: done. 1: the command failed, and standard error has the sentence.
 *
 * <p>After {@code shell} and {@code prompt} the connection carries the terminal's raw bytes both ways; the client's own
 * terminal must be in raw mode. The session ends when the client closes its direction, types Ctrl-D or {@code exit}; the
 * server goes on.
 *
 * <p>A client that is turned away (not understood, or one too many) gets a reply with a sentence and status 2.
 */
final class ControlServer implements Closeable {

    static final int SESSIONS_MAX = 64;
    static final long HEADER_TIMEOUT_MS = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final long CLOSE_TIMEOUT_MS = 2_000;
    private static final long ACCEPT_PAUSE_MS = 500;

    private final CommandProcessor processor;
    private final ProxyCommands proxy;
    private final Path file;
    private final long headerTimeoutMs;
    private final ServerSocketChannel server;
    private final Set<ControlSession> sessions = new HashSet<>();
    private final Set<Thread> threads = new HashSet<>();
    private final AtomicLong served = new AtomicLong();
    private boolean closed;

    /**
     * Opens the socket and starts to serve.
     *
     * @param ownFolder whether the folder is Forebay's own and may be closed to others if it is open to them
     * @throws IOException if the socket cannot be opened; the message is a sentence for operators
     */
    ControlServer(CommandProcessor processor, ProxyCommands proxy, Path file, boolean ownFolder, long headerTimeoutMs)
            throws IOException {
        this.processor = processor;
        this.proxy = proxy;
        this.file = file;
        this.headerTimeoutMs = headerTimeoutMs;
        this.server = SocketFile.open(file, ownFolder);
        start(this::accept, "forebay-control-accept");
    }

    private void accept() {
        while (!isClosed()) {
            try {
                admit(server.accept());
            } catch (IOException e) {
                if (!isClosed()) {
                    LOG.warn(
                            "The control socket {} could not take a client ({}): it is tried again.",
                            file,
                            e.toString());
                    pause();
                }
            }
        }
    }

    /** What fails now, such as for want of file descriptors, fails at once again. */
    private static void pause() {
        try {
            Thread.sleep(ACCEPT_PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void admit(SocketChannel channel) throws IOException {
        ControlSession session;
        try {
            session =
                    new ControlSession(new ClientChannel(channel), new ShellSession(processor), proxy, headerTimeoutMs);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        if (add(session)) {
            start(() -> serve(session), "forebay-control-" + served.incrementAndGet());
            return;
        }
        try (session) {
            session.refuse("There are %d sessions already: end one of them.".formatted(SESSIONS_MAX));
        } catch (IOException e) {
            LOG.debug("a client that was one too many went away: {}", e.toString());
        }
    }

    private void serve(ControlSession session) {
        try (session) {
            session.serve();
        } catch (IOException e) {
            LOG.debug("a session ended: {}", e.toString());
        } finally {
            remove(session);
        }
    }

    private synchronized void start(Runnable task, String name) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } finally {
                        forget(Thread.currentThread());
                    }
                },
                name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private synchronized void forget(Thread thread) {
        threads.remove(thread);
    }

    private synchronized boolean add(ControlSession session) {
        return !closed && sessions.size() < SESSIONS_MAX && sessions.add(session);
    }

    private synchronized void remove(ControlSession session) {
        sessions.remove(session);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Ends all sessions, waits a moment for their threads, and removes the socket. */
    @Override
    public void close() throws IOException {
        List<ControlSession> open;
        List<Thread> running;
        synchronized (this) {
            closed = true;
            open = new ArrayList<>(sessions);
            running = new ArrayList<>(threads);
        }
        server.close();
        Files.deleteIfExists(file);
        for (ControlSession session : open) {
            session.close();
        }
        join(running);
    }

    private static void join(List<Thread> threads) {
        long deadlineMs = System.currentTimeMillis() + CLOSE_TIMEOUT_MS;
        try {
            for (Thread thread : threads) {
                if (thread != Thread.currentThread()) {
                    thread.join(Math.max(1, deadlineMs - System.currentTimeMillis()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
