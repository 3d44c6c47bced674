/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** What a client types, which can be made to end while it goes on typing. */
final class EndableInput extends FilterInputStream {

    private volatile boolean ended;

    EndableInput(InputStream in) {
        super(in);
    }

    /** Makes all reads say that the input has ended, those that wait included. */
    void end() {
        ended = true;
        try {
            in.close();
        } catch (IOException e) {
            // it has ended all the more
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (ended) {
            return -1;
        }
        try {
            return super.read(bytes, offset, length);
        } catch (IOException e) {
            if (ended) {
                return -1;
            }
            throw e;
        }
    }
}
