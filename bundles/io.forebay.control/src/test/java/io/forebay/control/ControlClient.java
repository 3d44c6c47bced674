/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What {@code forebay client} does, without a terminal. */
final class ControlClient implements Closeable {

    private final SocketChannel channel;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private int searchedTo;

    ControlClient(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    /** What came on standard output, on standard error, and the exit status. */
    record Reply(String out, String err, int status) {}

    static Reply ask(Path socket, String header) throws IOException {
        try (ControlClient client = new ControlClient(socket)) {
            client.send(header + "\n");
            return client.reply();
        }
    }

    /** Reads a reply to its end. */
    Reply reply() throws IOException {
        while (read()) {
            continue;
        }
        ByteBuffer frames = ByteBuffer.wrap(received.toByteArray());
        Map<Character, StringBuilder> texts = new HashMap<>();
        while (frames.hasRemaining()) {
            StringBuilder text = texts.computeIfAbsent((char) frames.get(), kind -> new StringBuilder());
            byte[] payload = new byte[frames.getInt()];
            frames.get(payload);
            text.append(new String(payload, StandardCharsets.UTF_8));
        }
        return new Reply(
                texts.getOrDefault('o', new StringBuilder()).toString(),
                texts.getOrDefault('e', new StringBuilder()).toString(),
                Integer.parseInt(texts.get('x').toString()));
    }

    void send(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    String readToEnd() throws IOException {
        while (read()) {
            continue;
        }
        return received.toString(StandardCharsets.UTF_8);
    }

    /** Reads until a text has come that was not found before; fails at the end of the stream. */
    String readUntil(String text) throws IOException {
        while (true) {
            String all = received.toString(StandardCharsets.UTF_8);
            int found = all.indexOf(text, searchedTo);
            if (found >= 0) {
                searchedTo = found + text.length();
                return all;
            }
            if (!read()) {
                throw new AssertionError("'" + text + "' did not come before the end, but: " + all);
            }
        }
    }

    private boolean read() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        if (channel.read(buffer) < 0) {
            return false;
        }
        received.write(buffer.array(), 0, buffer.position());
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
