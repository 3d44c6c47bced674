/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.zstd;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.forebay.api.codec.Compressor;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Makes a frame of each block. */
final class ZstdBlockCompressor implements Compressor {

    private static final byte[] NONE = {};

    private final ZstdCompressCtx context;
    private final ScratchPool scratches;
    private byte[] heapScratch = NONE;
    private ByteBuffer directScratch;

    ZstdBlockCompressor(ZstdCompressCtx context, ScratchPool scratches) {
        this.context = context;
        this.scratches = scratches;
    }

    @Override
    public int maxCompressedBytes(int length) {
        return Math.toIntExact(Zstd.compressBound(length));
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
        return source.hasArray()
                ? compressHeap(source, sourceOffset, length, target, targetOffset, targetMax)
                : compressDirect(source, sourceOffset, length, target, targetOffset, targetMax);
    }

    private int compressHeap(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax) {
        int from = source.arrayOffset() + sourceOffset;
        int to = target.arrayOffset() + targetOffset;
        int bound = maxCompressedBytes(length);
        if (targetMax >= bound) {
            return context.compressByteArray(target.array(), to, targetMax, source.array(), from, length);
        }
        if (heapScratch.length < bound) {
            heapScratch = new byte[bound];
        }
        int written = context.compressByteArray(heapScratch, 0, bound, source.array(), from, length);
        if (written > targetMax) {
            return NO_FIT;
        }
        System.arraycopy(heapScratch, 0, target.array(), to, written);
        return written;
    }

    private int compressDirect(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax) {
        ByteBuffer from = ScratchPool.reaching(source, sourceOffset + length);
        ByteBuffer to = ScratchPool.reaching(target, targetOffset + targetMax);
        int bound = maxCompressedBytes(length);
        if (targetMax >= bound) {
            return context.compressDirectByteBuffer(to, targetOffset, targetMax, from, sourceOffset, length);
        }
        if (directScratch == null || directScratch.capacity() < bound) {
            giveScratchBack();
            directScratch = scratches.take(bound);
        }
        int written = context.compressDirectByteBuffer(directScratch, 0, bound, from, sourceOffset, length);
        if (written > targetMax) {
            return NO_FIT;
        }
        to.put(targetOffset, directScratch, 0, written);
        return written;
    }

    private void giveScratchBack() {
        if (directScratch != null) {
            scratches.giveBack(directScratch);
            directScratch = null;
        }
    }

    @Override
    public void close() {
        context.close();
        giveScratchBack();
    }
}
