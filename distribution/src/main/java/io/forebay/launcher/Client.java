/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.launcher;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The client of a running Forebay's shell, over the Unix domain socket {@code run/shell.sock} of its base.
 *
 * <p>{@code exec WORD…} runs one command: what it prints is copied, and its status is the exit status. {@code shell
 * COLUMNS ROWS TERM} is an interactive session; the caller has put the terminal into raw mode and restores it.
 */
public final class Client {
    private static final int BUFFER_BYTES = 8192;
    private static final int TRAILER_BYTES_MAX = 11;

    private final Path base;
    private final InputStream in;
    private final OutputStream out;

    Client(Path base, InputStream in, OutputStream out) {
        this.base = base;
        this.in = in;
        this.out = out;
    }

    /** Takes {@code exec WORD…} or {@code shell COLUMNS ROWS TERM}. */
    public static void main(String[] arguments) {
        int status;
        // Not System.in and System.out: a session's keys must not wait in a buffer.
        try (InputStream in = new FileInputStream(FileDescriptor.in);
                OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            status = new Client(ForebayFolders.find().base(), in, out).run(arguments);
        } catch (LaunchException e) {
            System.err.println("forebay: " + e.getMessage());
            status = e.status().code();
        } catch (IOException e) {
            System.err.println("forebay: The conversation with Forebay broke off (" + e.getMessage() + ").");
            status = ExitStatus.FAILED.code();
        }
        Runtime.getRuntime().halt(status); // a reader of the terminal may still be blocked
    }

    /** Returns the exit status. */
    int run(String... arguments) throws LaunchException, IOException {
        if (arguments.length < 2 || !("exec".equals(arguments[0]) || "shell".equals(arguments[0]))) {
            throw new LaunchException(
                    ExitStatus.USAGE,
                    "The client takes exec COMMAND… or shell COLUMNS ROWS TERM; see bin/forebay help.");
        }
        String header = String.join(" ", arguments);
        if (header.indexOf('\n') >= 0) {
            throw new LaunchException(ExitStatus.USAGE, "A command is one line; write ; between several.");
        }
        try (SocketChannel channel = connect()) {
            OutputStream toServer = Channels.newOutputStream(channel);
            toServer.write((header + "\n").getBytes(StandardCharsets.UTF_8));
            toServer.flush();
            InputStream fromServer = Channels.newInputStream(channel);
            if ("exec".equals(arguments[0])) {
                return exec(fromServer);
            }
            pumpKeys(toServer);
            fromServer.transferTo(out);
            return ExitStatus.STOPPED.code();
        }
    }

    private SocketChannel connect() throws LaunchException {
        Path socket = new ForebayFolders(base, base).shellSocket();
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            close(channel);
            throw new LaunchException(
                    ExitStatus.NO_SERVER,
                    "No Forebay answers at " + socket + " (" + e.getMessage() + "); start it with bin/forebay start,"
                            + " or name the base of the one you mean: bin/forebay --base FOLDER client.",
                    e);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // it was never connected
        }
    }

    /** Copies until the trailer: NUL, the status in digits, newline, end of stream. */
    private int exec(InputStream fromServer) throws IOException, LaunchException {
        byte[] held = new byte[0]; // from the last NUL on: the trailer, if nothing follows
        byte[] chunk = new byte[BUFFER_BYTES];
        for (int length = fromServer.read(chunk); length >= 0; length = fromServer.read(chunk)) {
            byte[] bytes = Arrays.copyOf(held, held.length + length);
            System.arraycopy(chunk, 0, bytes, held.length, length);
            int end = trailerStart(bytes);
            out.write(bytes, 0, end);
            out.flush();
            held = Arrays.copyOfRange(bytes, end, bytes.length);
        }
        String trailer = new String(held, StandardCharsets.US_ASCII);
        if (!trailer.matches("\0\\d{1,9}\n")) {
            out.write(held);
            throw new LaunchException(ExitStatus.FAILED, "Forebay closed the connection before the command had ended.");
        }
        return Integer.parseInt(trailer.strip().replace("\0", ""));
    }

    private static int trailerStart(byte[] bytes) {
        for (int i = bytes.length - 1; i >= Math.max(0, bytes.length - TRAILER_BYTES_MAX); i--) {
            if (bytes[i] == 0) {
                return i;
            }
        }
        return bytes.length;
    }

    private void pumpKeys(OutputStream toServer) {
        Thread keys = new Thread(
                () -> {
                    try {
                        in.transferTo(toServer);
                    } catch (IOException e) {
                        // the session is over; whoever reads from the server notices
                    }
                },
                "forebay-keys");
        keys.setDaemon(true);
        keys.start();
    }
}
