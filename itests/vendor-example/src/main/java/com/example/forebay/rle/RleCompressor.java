/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.rle;

import static com.example.forebay.rle.RleFormat.HEAD_BYTES;
import static com.example.forebay.rle.RleFormat.WORDS_MAX;
import static com.example.forebay.rle.RleFormat.WORD_BYTES;

import io.forebay.api.codec.Compressor;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Looks for runs, word by word. */
final class RleCompressor implements Compressor {

    private final int runMin;

    RleCompressor(int runMin) {
        this.runMin = runMin;
    }

    @Override
    public int maxCompressedBytes(int length) {
        return RleFormat.maxBytes(length);
    }

    @Override
    public int compress(
            ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax) {
        Objects.checkFromIndexSize(sourceOffset, length, source.capacity());
        Objects.checkFromIndexSize(targetOffset, targetMax, target.capacity());
        ByteBuffer from = RleFormat.reaching(source, sourceOffset + length);
        ByteBuffer to = RleFormat.reaching(target, targetOffset + targetMax);
        int sourceEnd = sourceOffset + length;
        int targetEnd = targetOffset + targetMax;
        int wordsEnd = sourceEnd - length % WORD_BYTES;
        int literal = sourceOffset; // where the words begin that are not written yet
        int read = sourceOffset;
        int written = targetOffset;
        while (read < wordsEnd) {
            int run = runAt(from, read, wordsEnd);
            if (run < runMin) {
                read += run * WORD_BYTES;
                continue;
            }
            written = writeLiterals(from, literal, read, to, written, targetEnd);
            if (written == NO_FIT || targetEnd - written < HEAD_BYTES + WORD_BYTES) {
                return NO_FIT;
            }
            RleFormat.writeHead(to, written, true, run);
            to.put(written + HEAD_BYTES, from, read, WORD_BYTES);
            written += HEAD_BYTES + WORD_BYTES;
            read += run * WORD_BYTES;
            literal = read;
        }
        written = writeLiterals(from, literal, wordsEnd, to, written, targetEnd);
        int rest = sourceEnd - wordsEnd;
        if (written == NO_FIT || targetEnd - written < rest) {
            return NO_FIT;
        }
        to.put(written, from, wordsEnd, rest);
        return written + rest - targetOffset;
    }

    /** How many equal words begin here, at most as many as one piece holds. */
    private static int runAt(ByteBuffer from, int at, int end) {
        int word = from.getInt(at);
        int words = Math.min((end - at) / WORD_BYTES, WORDS_MAX);
        int run = 1;
        while (run < words && from.getInt(at + run * WORD_BYTES) == word) {
            run++;
        }
        return run;
    }

    private static int writeLiterals(ByteBuffer from, int begin, int end, ByteBuffer to, int at, int targetEnd) {
        int written = at;
        for (int read = begin; read < end; ) {
            int bytes = Math.min(end - read, WORDS_MAX * WORD_BYTES);
            if (targetEnd - written < HEAD_BYTES + bytes) {
                return NO_FIT;
            }
            RleFormat.writeHead(to, written, false, bytes / WORD_BYTES);
            to.put(written + HEAD_BYTES, from, read, bytes);
            written += HEAD_BYTES + bytes;
            read += bytes;
        }
        return written;
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
