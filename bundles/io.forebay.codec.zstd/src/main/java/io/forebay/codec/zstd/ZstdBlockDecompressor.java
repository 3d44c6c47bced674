/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.zstd;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Decompressor;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Takes a frame for each block. The window is the target itself, so the frame's claims cost no memory. */
final class ZstdBlockDecompressor implements Decompressor {

    private final ZstdDecompressCtx context = new ZstdDecompressCtx().setMagicless(true);

    @Override
    public void decompress(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetLength)
            throws CodecException {
        Objects.checkFromIndexSize(sourceOffset, length, source.capacity());
        Objects.checkFromIndexSize(targetOffset, targetLength, target.capacity());
        int written;
        try {
            if (source.hasArray()) {
                written = context.decompressByteArray(
                        target.array(),
                        target.arrayOffset() + targetOffset,
                        targetLength,
                        source.array(),
                        source.arrayOffset() + sourceOffset,
                        length);
            } else {
                written = context.decompressDirectByteBuffer(
                        ScratchPool.reaching(target, targetOffset + targetLength),
                        targetOffset,
                        targetLength,
                        ScratchPool.reaching(source, sourceOffset + length),
                        sourceOffset,
                        length);
            }
        } catch (ZstdException malformed) {
            throw new CodecException(
                    "A zstd block of " + length + " bytes does not decompress to " + targetLength + " bytes: "
                            + malformed.getMessage() + ".",
                    malformed);
        }
        if (written != targetLength) {
            throw new CodecException("A zstd block of " + length + " bytes does not decompress to " + targetLength
                    + " bytes: it holds " + written + ".");
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
