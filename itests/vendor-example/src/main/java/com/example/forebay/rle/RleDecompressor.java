/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.rle;

import static com.example.forebay.rle.RleFormat.HEAD_BYTES;
import static com.example.forebay.rle.RleFormat.WORD_BYTES;

import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Decompressor;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Believes nothing that it reads. Holds no memory. */
final class RleDecompressor implements Decompressor {

    @Override
    public void decompress(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetLength)
            throws CodecException {
        Objects.checkFromIndexSize(sourceOffset, length, source.capacity());
        Objects.checkFromIndexSize(targetOffset, targetLength, target.capacity());
        ByteBuffer from = RleFormat.reaching(source, sourceOffset + length);
        ByteBuffer to = RleFormat.reaching(target, targetOffset + targetLength);
        int sourceEnd = sourceOffset + length;
        int rest = targetLength % WORD_BYTES;
        int wordsEnd = targetOffset + targetLength - rest;
        int read = sourceOffset;
        int written = targetOffset;
        while (written < wordsEnd) {
            if (sourceEnd - read < HEAD_BYTES + WORD_BYTES) {
                throw refusal(length, targetLength, "it ends early");
            }
            int head = RleFormat.readHead(from, read);
            read += HEAD_BYTES;
            int bytes = RleFormat.words(head) * WORD_BYTES;
            int stored = RleFormat.isRun(head) ? WORD_BYTES : bytes;
            if (bytes > wordsEnd - written) {
                throw refusal(length, targetLength, "it holds more");
            }
            if (stored > sourceEnd - read) {
                throw refusal(length, targetLength, "it ends early");
            }
            to.put(written, from, read, stored);
            repeat(to, written, stored, bytes);
            read += stored;
            written += bytes;
        }
        if (sourceEnd - read != rest) {
            throw refusal(length, targetLength, "it holds another number of bytes");
        }
        to.put(written, from, read, rest);
    }

    /** Goes on with what is there until {@code bytes} are filled, twice as much each time. */
    private static void repeat(ByteBuffer to, int at, int there, int bytes) {
        for (int done = there; done < bytes; ) {
            int piece = Math.min(done, bytes - done);
            to.put(at + done, to, at, piece);
            done += piece;
        }
    }

    private static CodecException refusal(int length, int targetLength, String why) {
        return new CodecException(
                "An rle block of " + length + " bytes does not decompress to " + targetLength + " bytes: " + why + ".");
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
