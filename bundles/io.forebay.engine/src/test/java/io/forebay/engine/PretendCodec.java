/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Decompressor;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * A codec whose blocks are half as large as what they stand for, each byte twice; with a history, each block is encrypted by
 * those before it. Its decompressors do what a test wants.
 */
final class PretendCodec implements Codec {

    static final String NAME = "pretend";

    /** What a decompressor does in place of, or after, what it should. */
    interface Deed {
        /** Called with the room of a block that is filled as it should be. */
        void on(ByteBuffer target, int offset, int length) throws CodecException;
    }

    static final Deed GOOD = (target, offset, length) -> {};

    /** What they do beyond what they should. */
    volatile Deed deed = GOOD;

    /** What they do when they are closed. */
    volatile Runnable onClose = () -> {};

    /** How many are made and not closed. */
    private int open;

    private int made;

    synchronized int open() {
        return open;
    }

    synchronized int made() {
        return made;
    }

    private synchronized void count(int change) {
        open += change;
        made += Math.max(0, change);
    }

    /** Compresses as this codec does. */
    static byte[] compress(byte[] raw, byte key) {
        byte[] stored = new byte[raw.length / 2];
        for (int i = 0; i < stored.length; i++) {
            stored[i] = (byte) (raw[2 * i] ^ key);
        }
        return stored;
    }

    /** The key of the next block of a history, which begins with 0. */
    static byte nextKey(byte key, byte[] raw) {
        return (byte) (key * 31 + raw[0] + raw.length);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CodecProfile profile(Map<String, String> options) {
        throw new UnsupportedOperationException("only decompresses");
    }

    @Override
    public Decompressor decompressor(boolean history) {
        count(1);
        return new Decompressor() {
            private byte key;
            private boolean closed;

            @Override
            public void decompress(
                    ByteBuffer source,
                    int sourceOffset,
                    int length,
                    ByteBuffer target,
                    int targetOffset,
                    int targetLength)
                    throws CodecException {
                if (closed) {
                    throw new IllegalStateException("used after it was closed");
                }
                byte[] raw = new byte[targetLength];
                for (int i = 0; i < targetLength; i++) {
                    raw[i] = (byte) (source.get(sourceOffset + i / 2) ^ key);
                }
                target.put(targetOffset, raw);
                key = history ? nextKey(key, raw) : 0;
                deed.on(target, targetOffset, targetLength);
            }

            @Override
            public void close() {
                if (!closed) {
                    count(-1);
                }
                closed = true;
                onClose.run();
            }
        };
    }
}
