/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import io.forebay.tools.drbd.WriteSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes what arrives into a file, each block at its place. */
final class FileTarget implements WriteSink, AutoCloseable {
    private final FileChannel file;
    private final TransferMeter meter;
    private long writtenBytes;

    FileTarget(Path path, TransferMeter meter) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        this.meter = meter;
    }

    @Override
    public void take(long position, long blockId, ByteBuffer block) throws IOException {
        writtenBytes += block.remaining();
        long at = position;
        while (block.hasRemaining()) {
            at += file.write(block, at);
        }
        meter.onWritten(writtenBytes);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
