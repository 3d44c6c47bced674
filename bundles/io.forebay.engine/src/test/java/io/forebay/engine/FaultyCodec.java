/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import io.forebay.api.codec.Decompressor;
import java.nio.ByteBuffer;
import java.util.Map;

/** A codec whose compressors do something wrong from a certain block on. */
final class FaultyCodec implements Codec {

    /** What it does in place of compressing well. */
    interface Fault {
        /** Answers the length to return; {@code length} is what the result really has. */
        int on(ByteBuffer source, int sourceOffset, ByteBuffer target, int targetMax, int length) throws Throwable;
    }

    private final Codec inner;
    private final Fault fault;
    private final int goodBlocks;
    private int blocks;

    FaultyCodec(Codec inner, Fault fault, int goodBlocks) {
        this.inner = inner;
        this.fault = fault;
        this.goodBlocks = goodBlocks;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public Decompressor decompressor(boolean history) {
        return inner.decompressor(history);
    }

    @Override
    public CodecProfile profile(Map<String, String> options) {
        CodecProfile profile = inner.profile(options);
        return new CodecProfile() {
            @Override
            public String words() {
                return profile.words();
            }

            @Override
            public boolean history() {
                return profile.history();
            }

            @Override
            public Compressor compressor() {
                return new Faulty(profile.compressor());
            }
        };
    }

    private final class Faulty implements Compressor {
        private final Compressor compressor;

        Faulty(Compressor compressor) {
            this.compressor = compressor;
        }

        @Override
        public int maxCompressedBytes(int length) {
            return compressor.maxCompressedBytes(length);
        }

        @Override
        public int compress(
                ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax) {
            int result = compressor.compress(source, sourceOffset, length, target, targetOffset, targetMax);
            if (blocks++ < goodBlocks) {
                return result;
            }
            try {
                return fault.on(source, sourceOffset, target, targetMax, result);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            compressor.close();
        }
    }
}
