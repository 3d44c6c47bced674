/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A reply to a client: standard output, standard error and the exit status on one connection, as frames.
 *
 * <pre>
 *  0       1               5
 *  +-------+---------------+----------------------
 *  | kind  |    length     | payload ...
 *  +-------+---------------+----------------------
 *
 *  kind    'o' standard output, 'e' standard error, 'x' the end: payload is the exit status in decimal digits
 *  length  of the payload in bytes, big-endian
 * </pre>
 *
 * Not thread-safe, except that both streams may be written by different threads.
 */
final class ReplyFrames {

    private static final int BUFFER_BYTES = 8192;

    private final DataOutputStream to;
    private final PrintStream out;
    private final PrintStream err;

    ReplyFrames(OutputStream client) {
        this.to = new DataOutputStream(client);
        this.out = stream('o');
        this.err = stream('e');
    }

    private PrintStream stream(char kind) {
        OutputStream frames = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                if (length > 0) {
                    frame(kind, from, offset, length);
                }
            }
        };
        return new PrintStream(new BufferedOutputStream(frames, BUFFER_BYTES), false, StandardCharsets.UTF_8);
    }

    private synchronized void frame(char kind, byte[] from, int offset, int length) throws IOException {
        to.writeByte(kind);
        to.writeInt(length);
        to.write(from, offset, length);
        to.flush();
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    /** Ends the reply. */
    void end(int status) throws IOException {
        out.flush();
        err.flush();
        byte[] digits = String.valueOf(status).getBytes(StandardCharsets.US_ASCII);
        frame('x', digits, 0, digits.length);
    }
}
