/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file, again and again; open until the process ends. */
final class FileContent implements Content {
    private final Path path;
    private final FileChannel file;
    private final long fileBytes;

    FileContent(Path path) throws IOException {
        this.path = path;
        file = FileChannel.open(path, StandardOpenOption.READ);
        fileBytes = file.size();
        if (fileBytes == 0) {
            throw new IOException("the file " + path + " is empty, so there is nothing to send; choose another");
        }
    }

    @Override
    public void fill(long position, byte[] into, int offset, int count) throws IOException {
        int done = 0;
        while (done < count) {
            long at = (position + done) % fileBytes;
            int piece = (int) Math.min(count - done, fileBytes - at);
            int read = file.read(ByteBuffer.wrap(into, offset + done, piece), at);
            if (read <= 0) {
                throw new EOFException("the file " + path + " became shorter than " + fileBytes
                        + " bytes while it was read; choose one that does not change");
            }
            done += read;
        }
    }
}
