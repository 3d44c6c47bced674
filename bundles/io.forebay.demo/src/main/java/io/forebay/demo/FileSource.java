/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import io.forebay.tools.drbd.WriteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file's bytes, as far as the limit lets them. */
final class FileSource implements WriteSource, AutoCloseable {
    private final FileChannel file;
    private final SendLimit limit;
    private final TransferMeter meter;

    FileSource(Path path, SendLimit limit, TransferMeter meter) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.READ);
        this.limit = limit;
        this.meter = meter;
    }

    @Override
    public int next(long position, byte[] into, int offset, int blockBytes) throws IOException {
        if (!limit.allows(position, blockBytes, meter.elapsedNs())) {
            return 0;
        }
        ByteBuffer block = ByteBuffer.wrap(into, offset, blockBytes);
        int count = 0;
        while (block.hasRemaining()) {
            int read = file.read(block, position + count);
            if (read < 0) {
                break;
            }
            count += read;
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
