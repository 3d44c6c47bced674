/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import io.forebay.api.codec.Decompressor;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A codec that knows which of its compressors and decompressors are open, closes what a killed process had, and sees that
 * nobody uses it once it is gone.
 */
final class CodecWatch implements Codec {

    private final Codec inner;
    private final Set<AutoCloseable> open = new LinkedHashSet<>();

    private final Oracle oracle;
    private boolean gone;

    CodecWatch(Codec inner, Oracle oracle) {
        this.inner = inner;
        this.oracle = oracle;
    }

    /** The engine has said that it uses nothing of it any more. */
    void onGone() {
        gone = true;
        if (!open.isEmpty()) {
            throw oracle.fail(
                    "a codec that is gone holds nothing",
                    "codec %s has %d objects open".formatted(name(), open.size()));
        }
    }

    boolean isGone() {
        return gone;
    }

    private void use() {
        if (gone) {
            throw oracle.fail("a codec that is gone is not used", "codec %s was".formatted(name()));
        }
    }

    int open() {
        return open.size();
    }

    /** As the system does for a process that was killed. */
    void reclaim() {
        for (AutoCloseable one : List.copyOf(open)) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public CodecProfile profile(Map<String, String> options) {
        return new Profile(inner.profile(options));
    }

    @Override
    public Decompressor decompressor(boolean history) {
        return new Decompressing(inner.decompressor(history));
    }

    private final class Profile implements CodecProfile {
        private final CodecProfile profile;

        Profile(CodecProfile profile) {
            this.profile = profile;
        }

        @Override
        public String words() {
            return profile.words();
        }

        @Override
        public boolean history() {
            return profile.history();
        }

        @Override
        public List<CodecProfile> steps() {
            return profile.steps().stream().<CodecProfile>map(Profile::new).toList();
        }

        @Override
        public Optional<CodecProfile> linked() {
            return profile.linked().map(Profile::new);
        }

        @Override
        public Compressor compressor() {
            return new Compressing(profile.compressor());
        }
    }

    private final class Compressing implements Compressor {
        private final Compressor compressor;

        Compressing(Compressor compressor) {
            this.compressor = compressor;
            open.add(this);
            use();
        }

        @Override
        public int maxCompressedBytes(int length) {
            return compressor.maxCompressedBytes(length);
        }

        @Override
        public int compress(
                ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetMax) {
            use();
            return compressor.compress(source, sourceOffset, length, target, targetOffset, targetMax);
        }

        @Override
        public void close() {
            open.remove(this);
            compressor.close();
        }
    }

    private final class Decompressing implements Decompressor {
        private final Decompressor decompressor;

        Decompressing(Decompressor decompressor) {
            this.decompressor = decompressor;
            open.add(this);
            use();
        }

        @Override
        public void decompress(
                ByteBuffer source, int sourceOffset, int length, ByteBuffer target, int targetOffset, int targetLength)
                throws CodecException {
            use();
            decompressor.decompress(source, sourceOffset, length, target, targetOffset, targetLength);
        }

        @Override
        public void close() {
            open.remove(this);
            decompressor.close();
        }
    }
}
