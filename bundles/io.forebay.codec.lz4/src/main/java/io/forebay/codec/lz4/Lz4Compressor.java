/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.lz4;

import io.forebay.api.codec.Compressor;
import java.nio.ByteBuffer;
import java.util.Objects;
import net.jpountz.lz4.LZ4Compressor;

/** Makes an LZ4 block of each block. */
final class Lz4Compressor implements Compressor {

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final LZ4Compressor library;
    private ByteBuffer scratch = NONE;

    Lz4Compressor(LZ4Compressor library) {
        this.library = library;
    }

    @Override
    public int maxCompressedBytes(int length) {
        return library.maxCompressedLength(length);
    }

    /**
     * With less room than the bound, the result is made aside and copied if it fits: the library would answer with an
     * exception, and on blocks that cannot be compressed it would do so every time.
     */
    @Override
    public int compress(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax) {
        Objects.checkFromIndexSize(sourceOffset, length, source.capacity());
        Objects.checkFromIndexSize(targetOffset, targetMax, target.capacity());
        ByteBuffer from = reaching(source, sourceOffset + length);
        ByteBuffer to = reaching(target, targetOffset + targetMax);
        int bound = maxCompressedBytes(length);
        if (targetMax >= bound) {
            return library.compress(from, sourceOffset, length, to, targetOffset, targetMax);
        }
        if (scratch.capacity() < bound) {
            scratch = ByteBuffer.allocate(bound);
        }
        int written = library.compress(from, sourceOffset, length, scratch, 0, bound);
        if (written > targetMax) {
            return NO_FIT;
        }
        to.put(targetOffset, scratch.array(), 0, written);
        return written;
    }

    /** The buffer itself if its limit lets {@code end} be reached; else a view that does. The limit is not ours to move. */
    static ByteBuffer reaching(ByteBuffer buffer, int end) {
        return buffer.limit() >= end ? buffer : buffer.duplicate().clear();
    }

    @Override
    public void close() {
        scratch = NONE;
    }
}
