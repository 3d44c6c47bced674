/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.deflate;

import io.forebay.api.codec.Compressor;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.Deflater;

/**
 * Makes a deflate stream of each block.
 *
 * <p>The JDK's calls with buffers move positions, and the caller's buffers must not be moved; so bytes of direct buffers
 * go through arrays, whose copying is nothing beside deflate's own work.
 */
final class DeflateCompressor implements Compressor {

    static final int PIECE_BYTES = 16 << 10;

    private final Deflater deflater;
    private final byte[] input = new byte[PIECE_BYTES];
    private final byte[] output = new byte[PIECE_BYTES];

    DeflateCompressor(int level) {
        deflater = new Deflater(level, true);
    }

    /** zlib's most careful bound, which holds for every level and for its re-implementations (9 bits for each byte). */
    @Override
    public int maxCompressedBytes(int length) {
        return length + ((length + 7) >> 3) + ((length + 63) >> 6) + 32;
    }

    @Override
    public int compress(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax) {
        Objects.checkFromIndexSize(sourceOffset, length, source.capacity());
        Objects.checkFromIndexSize(targetOffset, targetMax, target.capacity());
        try {
            return source.hasArray()
                    ? compressHeap(source, sourceOffset, length, target, targetOffset, targetMax)
                    : compressDirect(source, sourceOffset, length, target, targetOffset, targetMax);
        } finally {
            // Afterwards, so that the caller's array is not kept.
            deflater.reset();
        }
    }

    private int compressHeap(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax) {
        deflater.setInput(source.array(), source.arrayOffset() + sourceOffset, length);
        deflater.finish();
        int written = deflater.deflate(target.array(), target.arrayOffset() + targetOffset, targetMax);
        return deflater.finished() ? written : NO_FIT;
    }

    private int compressDirect(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax) {
        ByteBuffer from = reaching(source, sourceOffset + length);
        ByteBuffer to = reaching(target, targetOffset + targetMax);
        int read = 0;
        int written = 0;
        while (!deflater.finished()) {
            if (deflater.needsInput() && read < length) {
                int piece = Math.min(PIECE_BYTES, length - read);
                from.get(sourceOffset + read, input, 0, piece);
                deflater.setInput(input, 0, piece);
                read += piece;
                if (read == length) {
                    deflater.finish();
                }
            }
            int made = deflater.deflate(output, 0, PIECE_BYTES);
            if (made > targetMax - written) {
                return NO_FIT;
            }
            to.put(targetOffset + written, output, 0, made);
            written += made;
        }
        return written;
    }

    /** The buffer itself if its limit lets {@code end} be reached; else a view that does. The limit is not ours to move. */
    static ByteBuffer reaching(ByteBuffer buffer, int end) {
        return buffer.limit() >= end ? buffer : buffer.duplicate().clear();
    }

    @Override
    public void close() {
        deflater.end();
    }
}
