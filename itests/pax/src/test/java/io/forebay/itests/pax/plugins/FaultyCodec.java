/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax.plugins;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import io.forebay.api.codec.Decompressor;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A codec that does one thing that its contract forbids: the property {@code fault}. For bundles that tests make; called
 * {@code sample}, or as the property {@code codec} says.
 */
public final class FaultyCodec implements Codec {

    /** Blocks that are made as they should be before the fault shows. */
    private static final int SOUND_BLOCKS = 20;

    private static final int HANG_MS = 1_200;
    private static final int BEHIND_BYTES = 8;

    /** What it does. */
    public enum Fault {
        NONE,
        NAME_THROWS,
        PROFILE_THROWS,
        PROFILE_THROWS_ERROR,
        PROFILE_IS_NULL,
        COMPRESSOR_THROWS,
        COMPRESSOR_IS_NULL,
        ROOM_IS_NEGATIVE,
        ROOM_IS_HUGE,
        COMPRESS_THROWS,
        COMPRESS_THROWS_ERROR,
        COMPRESS_LACKS_A_CLASS,
        COMPRESS_MAKES_GARBAGE,
        COMPRESS_MAKES_GARBAGE_LATER,
        COMPRESS_RETURNS_NEGATIVE,
        COMPRESS_RETURNS_TOO_MUCH,
        COMPRESS_WRITES_BEHIND,
        COMPRESS_HANGS,
        CLOSE_THROWS,
        DECOMPRESSOR_THROWS,
        DECOMPRESSOR_IS_NULL,
        DECOMPRESS_THROWS,
        DECOMPRESS_THROWS_ERROR,
        DECOMPRESS_MAKES_GARBAGE,
        DECOMPRESS_HANGS;

        /** Whether it shows when blocks are made, or before. */
        public boolean isOfCompressor() {
            return this != NONE && !isOfDecompressor();
        }

        /** Whether it shows when blocks of the other site are taken. */
        public boolean isOfDecompressor() {
            return name().startsWith("DECOMPRESS");
        }

        /** Whether it shows while the codec is used. */
        public boolean isSeenInUse() {
            return this != NAME_THROWS && this != CLOSE_THROWS;
        }

        /** Whether the other site gets a block that it cannot take, and so DRBD's connection is lost. */
        public boolean losesBlocks() {
            return isOfDecompressor() || this == COMPRESS_MAKES_GARBAGE_LATER;
        }
    }

    private final AtomicInteger compressed = new AtomicInteger();
    private final AtomicInteger decompressed = new AtomicInteger();
    private Fault fault = Fault.NONE;
    private String name = "sample";

    public FaultyCodec() {}

    /** Called by the framework with the component's properties. */
    public void activate(Map<String, Object> properties) {
        fault = Fault.valueOf(properties.getOrDefault("fault", "NONE").toString());
        name = properties.getOrDefault("codec", "sample").toString();
    }

    private <T> T unless(Fault one, RuntimeException thrown, Supplier<T> otherwise) {
        if (fault == one) {
            throw thrown;
        }
        return otherwise.get();
    }

    @Override
    public String name() {
        return unless(Fault.NAME_THROWS, new IllegalStateException("no name"), () -> name);
    }

    @Override
    public CodecProfile profile(Map<String, String> options) {
        if (fault == Fault.PROFILE_THROWS_ERROR) {
            throw new ExceptionInInitializerError("no profile");
        }
        return unless(
                Fault.PROFILE_THROWS,
                new IllegalStateException("no profile"),
                () -> fault == Fault.PROFILE_IS_NULL ? null : new Profile());
    }

    @Override
    public Decompressor decompressor(boolean history) {
        return unless(
                Fault.DECOMPRESSOR_THROWS,
                new IllegalStateException("no decompressor"),
                () -> fault == Fault.DECOMPRESSOR_IS_NULL ? null : new FaultyDecompressor());
    }

    private static void hang() {
        try {
            TimeUnit.MILLISECONDS.sleep(HANG_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Profile implements CodecProfile {
        @Override
        public String words() {
            return "";
        }

        @Override
        public boolean history() {
            return false;
        }

        @Override
        public Compressor compressor() {
            return unless(
                    Fault.COMPRESSOR_THROWS,
                    new IllegalStateException("no compressor"),
                    () -> fault == Fault.COMPRESSOR_IS_NULL ? null : new FaultyCompressor());
        }
    }

    private final class FaultyCompressor implements Compressor {
        private final Deflater deflater = new Deflater(1, true);

        @Override
        public int maxCompressedBytes(int length) {
            return switch (fault) {
                case ROOM_IS_NEGATIVE -> -length;
                case ROOM_IS_HUGE -> 1 << 30;
                default -> length + length / 8 + 64;
            };
        }

        @Override
        public int compress(
                ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax) {
            byte[] input = new byte[length];
            byte[] output = new byte[targetMax];
            source.duplicate().clear().get(sourceOffset, input);
            deflater.reset();
            deflater.setInput(input);
            deflater.finish();
            int written = deflater.deflate(output);
            ByteBuffer to = target.duplicate().clear();
            to.put(targetOffset, output, 0, written);
            int result = deflater.finished() ? written : NO_FIT;
            return compressed.incrementAndGet() > SOUND_BLOCKS || fault == Fault.COMPRESS_MAKES_GARBAGE
                    ? faulty(to, targetOffset, targetMax, written, result)
                    : result;
        }

        private int faulty(ByteBuffer to, int targetOffset, int targetMax, int written, int result) {
            switch (fault) {
                case COMPRESS_THROWS -> throw new IllegalStateException("cannot compress");
                case COMPRESS_THROWS_ERROR -> throw new AssertionError("cannot compress");
                case COMPRESS_LACKS_A_CLASS -> throw new NoClassDefFoundError("com/example/Missing");
                case COMPRESS_MAKES_GARBAGE, COMPRESS_MAKES_GARBAGE_LATER -> to.put(targetOffset, new byte[written]);
                case COMPRESS_RETURNS_NEGATIVE -> {
                    return -7;
                }
                case COMPRESS_RETURNS_TOO_MUCH -> {
                    return targetMax + 100;
                }
                case COMPRESS_WRITES_BEHIND -> to.put(targetOffset + targetMax, new byte[BEHIND_BYTES]);
                case COMPRESS_HANGS -> hang();
                default -> {
                    return result;
                }
            }
            return result;
        }

        @Override
        public void close() {
            deflater.end();
            unless(Fault.CLOSE_THROWS, new IllegalStateException("cannot close"), () -> null);
        }
    }

    private final class FaultyDecompressor implements Decompressor {
        private final Inflater inflater = new Inflater(true);

        @Override
        public void decompress(
                ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetLength)
                throws CodecException {
            byte[] input = new byte[length];
            byte[] output = new byte[targetLength];
            source.duplicate().clear().get(sourceOffset, input);
            inflater.reset();
            inflater.setInput(input);
            try {
                if (inflater.inflate(output) != targetLength) {
                    throw new CodecException("not a block of that length");
                }
            } catch (DataFormatException e) {
                throw new CodecException("not a block", e);
            }
            if (decompressed.incrementAndGet() > SOUND_BLOCKS) {
                switch (fault) {
                    case DECOMPRESS_THROWS -> throw new IllegalStateException("cannot decompress");
                    case DECOMPRESS_THROWS_ERROR -> throw new AssertionError("cannot decompress");
                    case DECOMPRESS_MAKES_GARBAGE -> output[0]++;
                    case DECOMPRESS_HANGS -> hang();
                    default -> {}
                }
            }
            target.duplicate().clear().put(targetOffset, output);
        }

        @Override
        public void close() {
            inflater.end();
            unless(Fault.CLOSE_THROWS, new IllegalStateException("cannot close"), () -> null);
        }
    }
}
