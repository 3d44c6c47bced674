/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.zstd;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Decompressor;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Follows one endless frame, block by block. After the first damaged block the history is lost and all else is refused. */
final class ZstdStreamDecompressor implements Decompressor {

    private static final int PIECE_BYTES = ZstdStreamCompressor.PIECE_BYTES;

    private final ZstdDecompressCtx context =
            new ZstdDecompressCtx().setMagicless(true).setLongMax(ZstdCodec.WINDOW_LOG_MAX);
    private final ScratchPool scratches;
    private final ByteBuffer input;
    private final ByteBuffer output;
    private ByteBuffer scratch;
    private boolean broken;

    ZstdStreamDecompressor(ScratchPool scratches) {
        this.scratches = scratches;
        this.scratch = scratches.take(2 * PIECE_BYTES);
        this.input = scratch.slice(0, PIECE_BYTES);
        this.output = scratch.slice(PIECE_BYTES, PIECE_BYTES);
    }

    @Override
    public void decompress(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetLength)
            throws CodecException {
        Objects.checkFromIndexSize(sourceOffset, length, source.capacity());
        Objects.checkFromIndexSize(targetOffset, targetLength, target.capacity());
        if (scratch == null) {
            throw new IllegalStateException("decompressor used after close: codec=zstd (expected: open)");
        }
        if (broken) {
            throw new CodecException(
                    "A zstd block cannot be decompressed: an earlier block of its stream was damaged.");
        }
        broken = true;
        ByteBuffer from = ScratchPool.reaching(source, sourceOffset + length);
        ByteBuffer to = ScratchPool.reaching(target, targetOffset + targetLength);
        int read = 0;
        int written = 0;
        input.clear().limit(0);
        boolean more = true;
        while (more) {
            if (!input.hasRemaining()) {
                int piece = Math.min(PIECE_BYTES, length - read);
                input.clear().limit(piece).put(0, from, sourceOffset + read, piece);
                read += piece;
            }
            int made = advance(length, targetLength);
            if (made > targetLength - written) {
                throw refusal(length, targetLength, "it holds more");
            }
            to.put(targetOffset + written, output.position(0), 0, made);
            written += made;
            more = input.hasRemaining() || read < length || made == PIECE_BYTES;
        }
        if (written != targetLength) {
            throw refusal(length, targetLength, "it holds " + written);
        }
        broken = false;
    }

    /** Decompresses into the empty output as much as fits; returns how much that is. */
    private int advance(int length, int targetLength) throws CodecException {
        int before = input.position();
        output.clear();
        boolean ended;
        try {
            ended = context.decompressDirectByteBufferStream(output, input);
        } catch (ZstdException malformed) {
            CodecException refusal = refusal(length, targetLength, malformed.getMessage());
            refusal.initCause(malformed);
            throw refusal;
        }
        if (ended) {
            throw refusal(length, targetLength, "the stream ends in it");
        }
        if (input.hasRemaining() && input.position() == before && output.position() == 0) {
            throw refusal(length, targetLength, "it makes no progress");
        }
        return output.position();
    }

    private static CodecException refusal(int length, int targetLength, String cause) {
        return new CodecException("A zstd block of " + length + " bytes does not decompress to " + targetLength
                + " bytes: " + cause + ".");
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
