/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.deflate;

import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Decompressor;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Takes a deflate stream for each block. */
final class DeflateDecompressor implements Decompressor {

    private static final int PIECE_BYTES = DeflateCompressor.PIECE_BYTES;

    private final Inflater inflater = new Inflater(true);
    private final byte[] input = new byte[PIECE_BYTES];
    private final byte[] output = new byte[PIECE_BYTES];

    @Override
    public void decompress(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetLength)
            throws CodecException {
        Objects.checkFromIndexSize(sourceOffset, length, source.capacity());
        Objects.checkFromIndexSize(targetOffset, targetLength, target.capacity());
        ByteBuffer from = DeflateCompressor.reaching(source, sourceOffset + length);
        ByteBuffer to = DeflateCompressor.reaching(target, targetOffset + targetLength);
        try {
            int read = 0;
            int written = 0;
            while (!inflater.finished()) {
                if (inflater.needsInput() && read < length) {
                    int piece = Math.min(PIECE_BYTES, length - read);
                    from.get(sourceOffset + read, input, 0, piece);
                    inflater.setInput(input, 0, piece);
                    read += piece;
                }
                int made = inflater.inflate(output, 0, PIECE_BYTES);
                if (made > targetLength - written) {
                    throw refusal(length, targetLength, "it holds more", null);
                }
                if (made == 0 && !inflater.finished() && (read == length || !inflater.needsInput())) {
                    throw refusal(length, targetLength, "it ends early", null);
                }
                to.put(targetOffset + written, output, 0, made);
                written += made;
            }
            if (written != targetLength) {
                throw refusal(length, targetLength, "it holds " + written, null);
            }
            if (read != length || inflater.getRemaining() != 0) {
                throw refusal(length, targetLength, "something follows its end", null);
            }
        } catch (DataFormatException malformed) {
            throw refusal(length, targetLength, String.valueOf(malformed.getMessage()), malformed);
        } finally {
            inflater.reset();
        }
    }

    private static CodecException refusal(int length, int targetLength, String why, DataFormatException cause) {
        return new CodecException(
                "A zlib block of " + length + " bytes does not decompress to " + targetLength + " bytes: " + why + ".",
                cause);
    }

    @Override
    public void close() {
        inflater.end();
    }
}
