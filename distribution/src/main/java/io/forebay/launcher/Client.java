/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The client of a running Forebay, over the Unix domain socket {@code run/control.sock} of its base.
 *
 * <p>{@code exec WORD…} runs one command of the shell and {@code proxy ARGUMENT…} is drbd-proxy-ctl: what they print is copied,
 * and their status is the exit status; {@code proxy} alone takes commands from standard input, a line each. {@code shell
 * COLUMNS ROWS TERM} and {@code prompt COLUMNS ROWS TERM} are interactive; the caller has put the terminal into raw mode and
 * restores it.
 */
public final class Client {
    private static final int FRAME_BYTES_MAX = 1 << 20;
    private static final int KEYS_BYTES = 1024;

    private final Path base;
    private final InputStream in;
    private final OutputStream out;
    private final OutputStream err;

    Client(Path base, InputStream in, OutputStream out, OutputStream err) {
        this.base = base;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** Takes a verb and its words. */
    public static void main(String[] arguments) {
        int status;
        OutputStream err = new FileOutputStream(FileDescriptor.err); // not closed: an error may still be said there
        // Not System.in and System.out: a session's keys must not wait in a buffer.
        try (InputStream in = new FileInputStream(FileDescriptor.in);
                OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            status = new Client(ForebayFolders.find().base(), in, out, err).run(arguments);
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
        boolean interactive =
                arguments.length == 4 && List.of("shell", "prompt").contains(arguments[0]);
        String header = header(arguments);
        try (SocketChannel channel = connect()) {
            write(channel, (header + "\n").getBytes(UTF_8));
            InputStream fromServer = Channels.newInputStream(channel);
            if (!interactive) {
                return reply(new DataInputStream(fromServer));
            }
            pumpKeys(channel);
            fromServer.transferTo(out);
            return ExitStatus.STOPPED.code();
        }
    }

    private String header(String[] arguments) throws LaunchException, IOException {
        if (arguments.length > 0 && arguments[0].equals("proxy")) {
            List<String> words = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
            if (words.isEmpty()) {
                new BufferedReader(new InputStreamReader(in, UTF_8))
                        .lines()
                        .forEach(line -> words.addAll(List.of("-c", line)));
            }
            return words.stream()
                    .map(word -> " " + URLEncoder.encode(word, UTF_8))
                    .collect(joining("", "proxy", ""));
        }
        if (arguments.length < 2 || !List.of("exec", "shell", "prompt").contains(arguments[0])) {
            throw new LaunchException(
                    ExitStatus.USAGE,
                    "The client takes exec COMMAND…, proxy ARGUMENT…, or shell or prompt and COLUMNS ROWS TERM; see"
                            + " bin/forebay help.");
        }
        String header = String.join(" ", arguments);
        if (header.indexOf('\n') >= 0) {
            throw new LaunchException(ExitStatus.USAGE, "A command is one line; write ; between several.");
        }
        return header;
    }

    private SocketChannel connect() throws LaunchException {
        Path socket = new ForebayFolders(base, base).controlSocket();
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

    /** Copies frames until the last: a letter for the stream, a length, the bytes; {@code x} has the exit status. */
    private int reply(DataInputStream fromServer) throws IOException, LaunchException {
        try {
            while (true) {
                char kind = (char) fromServer.readByte();
                int length = fromServer.readInt();
                if (length < 0 || length > FRAME_BYTES_MAX) {
                    throw new LaunchException(
                            ExitStatus.FAILED,
                            "What answers is no Forebay of this version; update it, or this client.");
                }
                byte[] payload = fromServer.readNBytes(length);
                if (kind == 'x' && payload.length == length) {
                    return Integer.parseInt(new String(payload, UTF_8));
                }
                OutputStream to = kind == 'e' ? err : out;
                to.write(payload);
                to.flush();
            }
        } catch (EOFException e) {
            throw new LaunchException(
                    ExitStatus.FAILED, "Forebay closed the connection before the command had ended.", e);
        }
    }

    /** Not by a stream of {@link Channels}: up to Java 18 one that reads locks out those that write. */
    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private void pumpKeys(SocketChannel channel) {
        Thread keys = new Thread(
                () -> {
                    try {
                        byte[] chunk = new byte[KEYS_BYTES];
                        for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                            write(channel, Arrays.copyOf(chunk, count));
                        }
                        channel.shutdownOutput();
                    } catch (IOException e) {
                        // the session is over; whoever reads from the server notices
                    }
                },
                "forebay-keys");
        keys.setDaemon(true);
        keys.start();
    }
}
