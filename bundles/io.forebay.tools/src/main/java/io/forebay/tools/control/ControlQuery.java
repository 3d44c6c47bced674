/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Asks a running Forebay one command of its shell, over the control socket of its base, as {@code forebay client} does. The
 * reply is frames: a letter for the stream ({@code o}, {@code e}, or {@code x} for the exit status), a length, the bytes.
 *
 * @param base the folder of that Forebay
 */
public record ControlQuery(Path base) {
    private static final int REPLY_BYTES_MAX = 16 << 20;
    private static final int CHUNK_BYTES = 64 << 10;
    private static final long PATIENCE_NS = 5_000_000_000L;
    private static final int FRAME_HEADER_BYTES = 5;

    /** Whether there is something to be asked. */
    public boolean isPossible() {
        return Files.exists(socket());
    }

    /** Of the base that the system property {@code forebay.base} names, as {@code bin/forebay} sets it; else of {@code forebay.home}. */
    public static ControlQuery ofThisBase() {
        return new ControlQuery(Path.of(System.getProperty("forebay.base", System.getProperty("forebay.home", "."))));
    }

    /** Whether the text can be a relay's name, so that nothing else gets into a command with it. */
    public static boolean isRelayName(String text) {
        return text.matches("[A-Za-z0-9_][A-Za-z0-9._+/@:-]{0,199}");
    }

    private Path socket() {
        return base.resolve("run").resolve("control.sock");
    }

    /** What the command prints; fails with a sentence if nobody answers within five seconds, or the command fails. */
    public String ask(String command) throws IOException {
        ByteBuffer reply;
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            channel.connect(UnixDomainSocketAddress.of(socket()));
            channel.write(ByteBuffer.wrap(("exec " + command + "\n").getBytes(UTF_8)));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            reply = readAll(channel, selector);
        } catch (IOException e) {
            throw new IOException("no Forebay answers at " + socket() + " (" + e.getMessage() + ")", e);
        }
        return printed(reply);
    }

    private static ByteBuffer readAll(SocketChannel channel, Selector selector) throws IOException {
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        for (int count = channel.read(chunk); count >= 0; count = channel.read(chunk.clear())) {
            all.write(chunk.array(), 0, chunk.position());
            long leftNs = deadlineNs - System.nanoTime();
            if (leftNs <= 0 || all.size() > REPLY_BYTES_MAX) {
                throw new IOException("its reply is too late or too long: bytes=" + all.size());
            }
            if (count == 0) {
                selector.select(leftNs / 1_000_000 + 1);
                selector.selectedKeys().clear();
            }
        }
        return ByteBuffer.wrap(all.toByteArray());
    }

    private String printed(ByteBuffer reply) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        while (reply.remaining() >= FRAME_HEADER_BYTES) {
            char kind = (char) reply.get();
            int length = reply.getInt();
            if (length < 0 || length > reply.remaining()) {
                break;
            }
            byte[] payload = new byte[length];
            reply.get(payload);
            if (kind != 'x') {
                (kind == 'e' ? err : out).writeBytes(payload);
            } else if (new String(payload, UTF_8).equals("0")) {
                return out.toString(UTF_8);
            } else {
                throw new IOException(err.toString(UTF_8).strip());
            }
        }
        throw new IOException("the reply of the Forebay at " + socket() + " breaks off");
    }
}
