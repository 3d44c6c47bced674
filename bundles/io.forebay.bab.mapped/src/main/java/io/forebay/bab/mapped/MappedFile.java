/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.mapped;

import io.forebay.api.bab.NativeMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A file, written in full, mapped, and removed in the end. */
final class MappedFile {

    private static final int WRITE_BYTES = 1 << 20;

    private final Path path;
    private final MappedByteBuffer map;

    private MappedFile(Path path, MappedByteBuffer map) {
        this.path = path;
        this.map = map;
    }

    /** Makes a file of {@code bytes} zeros; if that fails, nothing is left of it. */
    static MappedFile create(Path path, int bytes) throws IOException {
        boolean done = false;
        try (FileChannel channel = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                OwnerOnly.file(path))) {
            ByteBuffer zeros = ByteBuffer.allocate(Math.min(bytes, WRITE_BYTES));
            for (long at = 0; at < bytes; at += zeros.limit()) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
                while (zeros.hasRemaining()) {
                    channel.write(zeros);
                }
            }
            MappedFile file = new MappedFile(path, channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes));
            done = true;
            return file;
        } finally {
            if (!done) {
                Files.deleteIfExists(path);
            }
        }
    }

    int bytes() {
        return map.capacity();
    }

    ByteBuffer slice(int offset, int length) {
        return map.slice(offset, length);
    }

    /** Unmaps and removes it; no slice may be touched afterwards. */
    void remove() {
        NativeMemory.free(map);
        try {
            Files.deleteIfExists(path);
        } catch (IOException kept) {
            // Nothing is lost but disk space, until the next start removes it.
        }
    }
}
