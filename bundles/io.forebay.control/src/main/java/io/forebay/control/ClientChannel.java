/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A client's connection as two streams: one thread may read while others write, and an interrupt never closes it.
 *
 * <p>The streams of {@link java.nio.channels.Channels} do neither on Java 17: a blocked read locks out writers, and
 * Ctrl-C, which Gogo delivers as an interrupt, would close the whole session.
 */
final class ClientChannel implements Closeable {

    private final SocketChannel channel;
    private final Selector readable;
    private final Selector writable;
    private volatile boolean inputEnded;

    /** Takes ownership of the channel. */
    ClientChannel(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        this.readable = Selector.open();
        this.writable = Selector.open();
        channel.register(readable, SelectionKey.OP_READ);
        channel.register(writable, SelectionKey.OP_WRITE);
    }

    /**
     * Reads up to the first end of line, and nothing after it.
     *
     * @throws SocketTimeoutException if the line is not complete in time
     * @throws IOException if it is longer than the limit, or the client ended it early
     */
    String readLine(long timeoutMs, int bytesMax) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        ByteBuffer line = ByteBuffer.allocate(bytesMax);
        while (line.hasRemaining()) {
            // byte by byte: what follows belongs to the session
            line.limit(line.position() + 1);
            int count = channel.read(line);
            line.limit(bytesMax);
            if (count < 0) {
                throw new IOException("no end of line: bytes=" + line.position());
            }
            if (count == 0) {
                await(deadlineNs);
            } else if (line.get(line.position() - 1) == '\n') {
                return new String(line.array(), 0, line.position() - 1, StandardCharsets.UTF_8);
            }
        }
        throw new IOException("line too long: bytes=" + bytesMax);
    }

    private void await(long deadlineNs) throws IOException {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
        if (leftMs <= 0) {
            throw new SocketTimeoutException("no line in time");
        }
        select(readable, leftMs);
    }

    /** Makes all reads say that the client's input has ended, whatever it still sends. */
    void endInput() {
        inputEnded = true;
        readable.wakeup();
    }

    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(to, offset, length);
                while (!inputEnded) {
                    int count = channel.read(buffer);
                    if (count != 0 || length == 0) {
                        return count;
                    }
                    select(readable, 0);
                    if (Thread.currentThread().isInterrupted()) {
                        throw new InterruptedIOException("reading was interrupted");
                    }
                }
                return -1;
            }
        };
    }

    /** Closing this stream closes nothing. */
    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                writeFully(ByteBuffer.wrap(from, offset, length));
            }
        };
    }

    private synchronized void writeFully(ByteBuffer buffer) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                channel.write(buffer);
                if (!buffer.hasRemaining()) {
                    return;
                }
                select(writable, 0);
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void select(Selector selector, long timeoutMs) throws IOException {
        try {
            selector.select(key -> {}, timeoutMs);
        } catch (ClosedSelectorException e) {
            throw new IOException("the connection was closed", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        readable.close();
        writable.close();
    }
}
