/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.zstd;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.forebay.api.codec.Compressor;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Makes one endless frame of all blocks, flushed after each.
 *
 * <p>The library's streaming calls move positions, and the caller's buffers must not be moved; so bytes go through
 * scratch buffers small enough for the CPU's cache.
 */
final class ZstdStreamCompressor implements Compressor {

    /** The library's own block size: that much is compressed at once, so smaller pieces gain nothing. */
    static final int PIECE_BYTES = 128 << 10;

    /** Frame header, empty blocks, and the allowance for a short last piece. */
    private static final int OVERHEAD_BYTES = 128;

    private final ZstdCompressCtx context;
    private final ScratchPool scratches;
    private final ByteBuffer input;
    private final ByteBuffer output;
    private ByteBuffer scratch;

    ZstdStreamCompressor(ZstdCompressCtx context, ScratchPool scratches) {
        this.context = context;
        this.scratches = scratches;
        this.scratch = scratches.take(2 * PIECE_BYTES);
        this.input = scratch.slice(0, PIECE_BYTES);
        this.output = scratch.slice(PIECE_BYTES, PIECE_BYTES);
    }

    @Override
    public int maxCompressedBytes(int length) {
        return Math.toIntExact(Zstd.compressBound(length)) + OVERHEAD_BYTES;
    }

    /**
     * Answers NO_FIT to any room less than {@link #maxCompressedBytes}, before it looks at the block: once looked at, a
     * block is part of the history. So a block refused never was one, and the stream goes on without it.
     */
    @Override
    public int compress(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax) {
        Objects.checkFromIndexSize(sourceOffset, length, source.capacity());
        Objects.checkFromIndexSize(targetOffset, targetMax, target.capacity());
        if (scratch == null) {
            throw new IllegalStateException("compressor used after close: codec=zstd (expected: open)");
        }
        if (targetMax < maxCompressedBytes(length)) {
            return NO_FIT;
        }
        ByteBuffer from = ScratchPool.reaching(source, sourceOffset + length);
        ByteBuffer to = ScratchPool.reaching(target, targetOffset + targetMax);
        int written = 0;
        for (int read = 0; read < length; read += input.limit()) {
            int piece = Math.min(PIECE_BYTES, length - read);
            boolean last = read + piece == length;
            input.clear().limit(piece).put(0, from, sourceOffset + read, piece);
            boolean flushed;
            do {
                output.clear();
                flushed = context.compressDirectByteBufferStream(
                        output, input, last ? EndDirective.FLUSH : EndDirective.CONTINUE);
                int made = output.position();
                if (made > targetMax - written) {
                    throw new IllegalStateException("zstd exceeds its bound: length=" + length + ", written="
                            + (written + made) + " (expected: at most " + targetMax + ")");
                }
                to.put(targetOffset + written, output.position(0), 0, made);
                written += made;
            } while (input.hasRemaining() || last && !flushed);
        }
        return written;
    }

    @Override
    public void close() {
        if (scratch != null) {
            context.close();
            scratches.giveBack(scratch);
            scratch = null;
        }
    }
}
