/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.lz4;

import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Decompressor;
import java.nio.ByteBuffer;
import java.util.Objects;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** Takes an LZ4 block for each block. Uses the library's variant that checks every bound. */
final class Lz4Decompressor implements Decompressor {

    private final LZ4SafeDecompressor library;

    Lz4Decompressor(LZ4SafeDecompressor library) {
        this.library = library;
    }

    @Override
    public void decompress(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetLength)
            throws CodecException {
        Objects.checkFromIndexSize(sourceOffset, length, source.capacity());
        Objects.checkFromIndexSize(targetOffset, targetLength, target.capacity());
        int written;
        try {
            written = library.decompress(
                    Lz4Compressor.reaching(source, sourceOffset + length),
                    sourceOffset,
                    length,
                    Lz4Compressor.reaching(target, targetOffset + targetLength),
                    targetOffset,
                    targetLength);
        } catch (LZ4Exception | IndexOutOfBoundsException malformed) {
            throw new CodecException(
                    "An lz4 block of " + length + " bytes does not decompress to " + targetLength + " bytes: "
                            + malformed.getMessage() + ".",
                    malformed);
        }
        if (written != targetLength) {
            throw new CodecException("An lz4 block of " + length + " bytes does not decompress to " + targetLength
                    + " bytes: it holds " + written + ".");
        }
    }

    /** Holds nothing. */
    @Override
    public void close() {}
}
