/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

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
 * Serves the Gogo shell on a Unix domain socket, a thread per client.
 *
 * <p>The client sends one line of UTF-8 words, complete within 5 seconds and at most 64 KiB:
 *
 * <pre>
 *  exec COMMAND LINE            one command; standard input is empty
 *  shell COLUMNS ROWS TERM      an interactive session, for example: shell 120 40 xterm-256color
 * </pre>
 *
 * After {@code exec} comes what the command prints and then what it returns, as text (of several commands in one
 * line, what the last returns); last a trailer of a NUL, the exit
 * status in decimal digits and a newline, and the connection ends. Output may hold NULs of its own: the last one counts.
 * Status 0: done. 1: the command failed, and the error's sentence stands before the trailer.
 *
 * <p>After {@code shell} the connection carries the terminal's raw bytes both ways, without a trailer; the client's own
 * terminal must be in raw mode. The session ends when the client closes its direction, types Ctrl-D, {@code exit} or
 * {@code logout}; the server goes on.
 *
 * <p>A client that is turned away (not understood, or one too many) gets a sentence and a trailer with status 2,
 * whatever it asked for.
 */
final class ShellServer implements Closeable {

    static final int SESSIONS_MAX = 16;
    static final long HEADER_TIMEOUT_MS = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(ShellServer.class);
    private static final long CLOSE_TIMEOUT_MS = 2_000;
    private static final long ACCEPT_PAUSE_MS = 500;

    private final CommandProcessor processor;
    private final Path file;
    private final long headerTimeoutMs;
    private final ServerSocketChannel server;
    private final Set<ShellSession> sessions = new HashSet<>();
    private final Set<Thread> threads = new HashSet<>();
    private final AtomicLong served = new AtomicLong();
    private boolean closed;

    /**
     * Opens the socket and starts to serve.
     *
     * @param ownFolder whether the folder is Forebay's own and may be closed to others if it is open to them
     * @throws IOException if the socket cannot be opened; the message is a sentence for operators
     */
    ShellServer(CommandProcessor processor, Path file, boolean ownFolder, long headerTimeoutMs) throws IOException {
        this.processor = processor;
        this.file = file;
        this.headerTimeoutMs = headerTimeoutMs;
        this.server = SocketFile.open(file, ownFolder);
        start(this::accept, "forebay-shell-accept");
    }

    private void accept() {
        while (!isClosed()) {
            try {
                admit(server.accept());
            } catch (IOException e) {
                if (!isClosed()) {
                    LOG.warn(
                            "The shell socket {} could not take a client ({}): it is tried again.", file, e.toString());
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
        ShellSession session;
        try {
            session = new ShellSession(new ClientChannel(channel), processor, headerTimeoutMs);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        if (add(session)) {
            start(() -> serve(session), "forebay-shell-" + served.incrementAndGet());
            return;
        }
        try (session) {
            session.refuse("There are %d shell sessions already: end one of them.".formatted(SESSIONS_MAX));
        } catch (IOException e) {
            LOG.debug("a client that was one too many went away: {}", e.toString());
        }
    }

    private void serve(ShellSession session) {
        try (session) {
            session.serve();
        } catch (IOException e) {
            LOG.debug("a shell session ended: {}", e.toString());
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

    private synchronized boolean add(ShellSession session) {
        return !closed && sessions.size() < SESSIONS_MAX && sessions.add(session);
    }

    private synchronized void remove(ShellSession session) {
        sessions.remove(session);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Ends all sessions, waits a moment for their threads, and removes the socket. */
    @Override
    public void close() throws IOException {
        List<ShellSession> open;
        List<Thread> running;
        synchronized (this) {
            closed = true;
            open = new ArrayList<>(sessions);
            running = new ArrayList<>(threads);
        }
        server.close();
        Files.deleteIfExists(file);
        for (ShellSession session : open) {
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
