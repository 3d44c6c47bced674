/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.zstd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import io.forebay.api.codec.Decompressor;
import io.forebay.testkit.CodecContract;
import io.forebay.testkit.SampleData;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ZstdCodecTest extends CodecContract {

    @Override
    protected Codec newCodec() {
        return new ZstdCodec();
    }

    @Override
    protected List<String> profiles() {
        return Stream.of(
                        Stream.of("", "long", "level -7", "level -1"),
                        IntStream.rangeClosed(1, 22).mapToObj(level -> "level " + level),
                        Stream.of(
                                "level 1 long 20",
                                "long 27",
                                "level 9 long 22",
                                "level -5 long 21",
                                "level auto",
                                "level -2..2 long 20"))
                .flatMap(words -> words)
                .toList();
    }

    @Override
    protected List<String> refused() {
        return List.of(
                "level",
                "level 0",
                "level 23",
                "level -8",
                "level three",
                "level 9..1",
                "level 0..3",
                "level 1..23",
                "level 1..",
                "level 1..x",
                "level auto..9",
                "long 19",
                "long 28",
                "long x",
                "fast 1");
    }

    /** On Java 22 and later the library calls native code by way of small objects, which often are not optimized away. */
    @Override
    protected int allocationBytesPerBlockMax() {
        return Runtime.version().feature() < 22 ? super.allocationBytesPerBlockMax() : 2048;
    }

    @Test
    void shouldNameOptionValueAndWhatIsPossible() {
        assertThatThrownBy(() -> profile("level 99"))
                .hasMessage(
                        "The codec zstd cannot take \"level 99\": possible are \"level\" with 1 to 22 or -7 to -1, with two of"
                                + " these as in 1..9, or with auto, and \"long\" alone or with 20 to 27.");
        assertThat(profile("").words()).isEqualTo("level 3");
        assertThat(profile("level 7 long").words()).isEqualTo("level 7 long 24");
    }

    @Test
    void shouldHaveAStepForEachLevelBetweenTheBounds() {
        assertThat(profile("level auto").words()).isEqualTo("level 1..9");
        assertThat(steps("level auto"))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 9)
                        .mapToObj(level -> "level " + level)
                        .toList());
        assertThat(steps("level -2..2 long 20"))
                .containsExactly("level -2 long 20", "level -1 long 20", "level 1 long 20", "level 2 long 20");
        assertThat(profile("level -2..2 long 20").words()).isEqualTo("level -2..2 long 20");
        assertThat(steps("level 7")).containsExactly("level 7");
        assertThat(steps("level 7..7")).containsExactly("level 7");
    }

    private List<String> steps(String words) {
        return profile(words).steps().stream().map(CodecProfile::words).toList();
    }

    @Test
    void shouldGoOnWithoutABlockThatHadNoRoom() throws CodecException {
        SplittableRandom random = new SplittableRandom(SampleData.printedSeed("shouldGoOnWithoutABlockThatHadNoRoom"));
        ByteBuffer block = ByteBuffer.allocateDirect(100_000);
        ByteBuffer target = ByteBuffer.allocateDirect(200_000);
        ByteBuffer result = ByteBuffer.allocateDirect(100_000);
        try (Compressor compressor = profile("long").compressor();
                Decompressor decompressor = new ZstdCodec().decompressor(true)) {
            for (int i = 0; i < 30; i++) {
                block.put(0, SampleData.MIX.bytes(100_000, random));
                if (i % 3 == 0) {
                    int tooSmall = compressor.maxCompressedBytes(100_000) - 1;
                    assertThat(compressor.compress(block, 0, 100_000, target, 0, tooSmall))
                            .isEqualTo(Compressor.NO_FIT);
                } else {
                    int written = compressor.compress(block, 0, 100_000, target, 0, 200_000);
                    decompressor.decompress(target, 0, written, result, 0, 100_000);
                    assertThat(result).isEqualTo(block);
                }
            }
        }
    }

    @Test
    void shouldRefuseEverythingAfterADamagedBlockOfAStream() throws CodecException {
        ByteBuffer block = ByteBuffer.allocate(1000);
        ByteBuffer target = ByteBuffer.allocate(2000);
        try (Compressor compressor = profile("long").compressor();
                Decompressor decompressor = new ZstdCodec().decompressor(true)) {
            int written = compressor.compress(block, 0, 1000, target, 0, 2000);
            assertThatThrownBy(() -> decompressor.decompress(target, 0, written - 1, block, 0, 1000))
                    .isInstanceOf(CodecException.class);
            assertThatThrownBy(() -> decompressor.decompress(target, 0, written, block, 0, 1000))
                    .hasMessage("A zstd block cannot be decompressed: an earlier block of its stream was damaged.");
        }
    }

    @Test
    void shouldRefuseAWindowBeyondItsBound() {
        try (ZstdCompressCtx context = new ZstdCompressCtx();
                Decompressor decompressor = new ZstdCodec().decompressor(true)) {
            context.setMagicless(true).setContentSize(false).setWindowLog(28);
            ByteBuffer input = ByteBuffer.allocateDirect(1000);
            ByteBuffer output = ByteBuffer.allocateDirect(2000);
            context.compressDirectByteBufferStream(output, input, EndDirective.FLUSH);
            assertThatThrownBy(() -> decompressor.decompress(
                            output, 0, output.position(), ByteBuffer.allocateDirect(1000), 0, 1000))
                    .isInstanceOf(CodecException.class)
                    .hasMessageContaining("Frame requires too much memory");
        }
    }

    @Test
    void shouldRefuseAStreamThatEnds() {
        try (ZstdCompressCtx context = new ZstdCompressCtx();
                Decompressor decompressor = new ZstdCodec().decompressor(true)) {
            byte[] frame = context.setMagicless(true).compress(new byte[1000]);
            assertThatThrownBy(() -> decompressor.decompress(
                            ByteBuffer.wrap(frame), 0, frame.length, ByteBuffer.allocate(1000), 0, 1000))
                    .isInstanceOf(CodecException.class)
                    .hasMessageEndingWith("the stream ends in it.");
        }
    }

    @Test
    void shouldCostFewBytesOfFraming() {
        ByteBuffer target = ByteBuffer.allocate(200);
        try (Compressor compressor = new ZstdCodec().profile(Map.of()).compressor()) {
            // Descriptor, window, and a block header of 3 bytes, then the byte itself (RFC 8878, 3.1.1).
            assertThat(compressor.compress(ByteBuffer.allocate(1), 0, 1, target, 0, 200))
                    .isEqualTo(6);
        }
    }
}
