/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import io.forebay.api.codec.Decompressor;
import io.forebay.testkit.GuardedRoom.Place;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every {@link Codec} must keep, with each of the profiles that its test names. A bundle's test class extends it:
 *
 * <pre>{@code
 * class RleCodecTest extends CodecContract {
 *     protected Codec newCodec() { return new RleCodec(); }
 *     protected List<String> profiles() { return List.of("", "run 2", "run 100"); }
 *     protected List<String> refused() { return List.of("run", "run 1", "run many"); }
 * }
 * }</pre>
 *
 * <p>It prints the seed of its data; {@code -Dforebay.seed=N} repeats a run.
 */
public abstract class CodecContract {

    private static final int BLOCK_BYTES_MAX = 1 << 20;
    private static final int[] LENGTHS = {
        1,
        2,
        3,
        7,
        8,
        15,
        64,
        255,
        256,
        257,
        1000,
        4096,
        4097,
        65_535,
        65_536,
        131_072,
        131_073,
        262_144,
        700_001,
        BLOCK_BYTES_MAX
    };

    /** Longer blocks are for the main profiles only, to save time. */
    private static final int LENGTH_OF_ALL_MAX = 131_073;

    private final long seed = SampleData.printedSeed(getClass().getSimpleName());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final Codec codec = newCodec();

    /** The codec under test; called once per test. */
    protected abstract Codec newCodec();

    /**
     * What to test it with: options in words as a configuration has them, every level at least once. The first two, one
     * of them with a history if there is such, are the main ones: also tested with the longest blocks, and for what they
     * hold and allocate.
     */
    protected abstract List<String> profiles();

    private List<String> mainProfiles() {
        return profiles().subList(0, Math.min(2, profiles().size()));
    }

    /** Words that {@link Codec#profile} must refuse. */
    protected abstract List<String> refused();

    /**
     * The kinds of data that every profile must make smaller by a quarter at least. Narrow it for a codec that is not made for text;
     * 64 KiB of zeros must become less than a fiftieth, whatever it says.
     */
    protected Set<SampleData> compressible() {
        return EnumSet.of(SampleData.ZEROS, SampleData.TEXT);
    }

    /**
     * What one block of 32 KiB, compressed twice and decompressed, may allocate on the Java heap on average over 200 blocks, when as
     * many went before. More than 0 only for what the JIT does; raise it for a library that cannot do without, not for a copy of the block.
     */
    protected int allocationBytesPerBlockMax() {
        return 8;
    }

    @Test
    final void shouldHaveANameThatConfigurationsAndLinksCanCarry() {
        assertThat(codec.name()).matches("[A-Za-z0-9._-]{1,32}").isNotEqualTo("none");
        assertThat(codec.name()).isEqualTo(newCodec().name());
    }

    @ParameterizedTest
    @EnumSource
    final void shouldRoundTripBlocksOfEveryKindAndLength(Place place) throws CodecException {
        record Sample(SampleData kind, byte[] block) {}
        List<Sample> samples = new ArrayList<>();
        for (SampleData kind : SampleData.values()) {
            for (int length : LENGTHS) {
                samples.add(new Sample(kind, kind.bytes(length, random)));
            }
        }
        for (String words : profiles()) {
            CodecProfile profile = profile(words);
            try (Compressor compressor = profile.compressor();
                    Decompressor decompressor = codec.decompressor(profile.history())) {
                for (Sample sample : samples) {
                    byte[] block = sample.block();
                    if (block.length > LENGTH_OF_ALL_MAX && !mainProfiles().contains(words)) {
                        continue;
                    }
                    GuardedRoom compressed = compress(compressor, place, block, words);
                    byte[] result = decompress(decompressor, place, compressed.content(), block.length);
                    if (!Arrays.equals(result, block)) {
                        throw new AssertionError("block differs: sample=%s, profile=\"%s\", length=%d"
                                .formatted(sample.kind(), words, block.length));
                    }
                }
            }
        }
    }

    /** A codec that writes integers in the order of the buffer that it is given would not read them from another one. */
    @ParameterizedTest
    @EnumSource
    final void shouldNotDependOnLimitOrByteOrderOfTheBuffers(Place place) throws CodecException {
        byte[] block = SampleData.MIX.bytes(50_001, random);
        for (String words : profiles()) {
            CodecProfile profile = profile(words);
            try (Compressor compressor = profile.compressor();
                    Decompressor decompressor = codec.decompressor(profile.history())) {
                for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
                    ByteBuffer source = place.allocate(block.length).order(order);
                    source.put(0, block);
                    ByteBuffer target = place.allocate(compressor.maxCompressedBytes(block.length))
                            .order(order);
                    int written = compressor.compress(source, 0, block.length, target, 0, target.capacity());
                    byte[] compressed = new byte[written];
                    target.get(0, compressed);
                    assertThat(decompress(decompressor, place, compressed, block.length))
                            .as("block: profile=\"%s\", compressed in a buffer that is %s", words, order)
                            .isEqualTo(block);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    final void shouldAllocateNothingPerBlockOnceWarm(Place place) throws CodecException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int length = 32_768;
        int blocks = 200;
        for (String words : mainProfiles()) {
            CodecProfile profile = profile(words);
            try (Compressor compressor = profile.compressor();
                    Decompressor decompressor = codec.decompressor(profile.history())) {
                ByteBuffer text = place.allocate(length).put(0, SampleData.TEXT.bytes(length, random));
                ByteBuffer noise = place.allocate(length).put(0, SampleData.RANDOM.bytes(length, random));
                ByteBuffer target = place.allocate(compressor.maxCompressedBytes(length));
                ByteBuffer result = place.allocate(length);
                long before = 0;
                for (int i = -blocks; i < blocks; i++) {
                    if (i == 0) {
                        before = threads.getCurrentThreadAllocatedBytes();
                    }
                    compressor.compress(noise, 0, length, target, 0, length - 1);
                    int written = compressor.compress(text, 0, length, target, 0, target.capacity());
                    decompressor.decompress(target, 0, written, result, 0, length);
                }
                long allocated = threads.getCurrentThreadAllocatedBytes() - before;
                assertThat(allocated / blocks)
                        .as(
                                "allocated bytes per block: profile=\"%s\", place=%s, length=%d (expected: at most what allocationBytesPerBlockMax() says)",
                                words, place, length)
                        .isLessThanOrEqualTo(allocationBytesPerBlockMax());
                assertThat(result).isEqualTo(text);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    final void shouldCompressWhatCanBeCompressed(Place place) {
        int length = 65_536;
        for (String words : profiles()) {
            try (Compressor compressor = profile(words).compressor()) {
                for (SampleData kind : compressible()) {
                    assertThat(compress(compressor, place, kind.bytes(length, random), words).length)
                            .as(
                                    "compressed bytes: sample=%s, profile=\"%s\", length=%d (expected: less than 3/4, as compressible() has %1$s)",
                                    kind, words, length)
                            .isLessThan(length * 3 / 4);
                }
                assertThat(compress(compressor, place, new byte[length], words).length)
                        .as(
                                "compressed bytes: sample=ZEROS, profile=\"%s\", length=%d (expected: less than 1/50, of every codec)",
                                words, length)
                        .isLessThan(length / 50);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    final void shouldAnswerNoFitWhenTheRoomIsTooSmall(Place place) throws CodecException {
        for (String words : profiles()) {
            CodecProfile profile = profile(words);
            for (SampleData kind : SampleData.values()) {
                byte[] block = kind.bytes(20_000, random);
                int length;
                try (Compressor compressor = profile.compressor()) {
                    length = compress(compressor, place, block, words).length;
                }
                for (int room : new int[] {0, 1, Math.min(5, length - 1), length / 2, length - 1}) {
                    try (Compressor compressor = profile.compressor()) {
                        GuardedRoom source = new GuardedRoom(place, block);
                        GuardedRoom target = new GuardedRoom(place, room);
                        assertThat(source.compress(compressor, target))
                                .as(
                                        "answer: sample=%s, profile=\"%s\", targetMax=%d (needed: %d)",
                                        kind, words, room, length)
                                .isEqualTo(Compressor.NO_FIT);
                        target.assertGuardsUntouched();
                    }
                }
                if (!profile.history()) {
                    try (Compressor compressor = profile.compressor();
                            Decompressor decompressor = codec.decompressor(false)) {
                        GuardedRoom exact = new GuardedRoom(place, length + 16);
                        int written = new GuardedRoom(place, block).compress(compressor, exact);
                        assertThat(written).isPositive();
                        byte[] content = Arrays.copyOf(exact.content(), written);
                        assertThat(decompress(decompressor, place, content, block.length))
                                .isEqualTo(block);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    final void shouldStayUsableAfterARefusal(Place place) throws CodecException {
        for (String words : profiles()) {
            CodecProfile profile = profile(words);
            if (profile.history()) {
                continue;
            }
            try (Compressor compressor = profile.compressor();
                    Decompressor decompressor = codec.decompressor(false)) {
                byte[] noise = SampleData.RANDOM.bytes(30_000, random);
                byte[] text = SampleData.TEXT.bytes(30_000, random);
                for (int round = 0; round < 20; round++) {
                    assertThat(new GuardedRoom(place, noise)
                                    .compress(compressor, new GuardedRoom(place, noise.length - 1)))
                            .as("answer: sample=RANDOM, profile=\"%s\", targetMax=length-1", words)
                            .isEqualTo(Compressor.NO_FIT);
                    byte[] compressed = compress(compressor, place, text, words).content();
                    assertThatThrownBy(() -> decompress(decompressor, place, noise, text.length))
                            .as("decompressed noise: profile=\"%s\"", words)
                            .isInstanceOf(CodecException.class);
                    assertThat(decompress(decompressor, place, compressed, text.length))
                            .isEqualTo(text);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    final void shouldRefuseABlockOfAnotherLength(Place place) {
        for (String words : profiles()) {
            CodecProfile profile = profile(words);
            for (SampleData kind : SampleData.values()) {
                byte[] block = kind.bytes(10_000, random);
                byte[] compressed;
                try (Compressor compressor = profile.compressor()) {
                    compressed = compress(compressor, place, block, words).content();
                }
                for (int length : new int[] {0, 1, 5000, 9999, 10_001, 20_000}) {
                    try (Decompressor decompressor = codec.decompressor(profile.history())) {
                        assertThatThrownBy(() -> decompress(decompressor, place, compressed, length))
                                .as("sample=%s, profile=\"%s\", targetLength=%d", kind, words, length)
                                .isInstanceOf(CodecException.class)
                                .message()
                                .isNotBlank();
                    }
                }
                try (Decompressor decompressor = codec.decompressor(profile.history())) {
                    assertThatThrownBy(() -> decompress(decompressor, place, new byte[0], block.length))
                            .as("decompressed nothing: profile=\"%s\"", words)
                            .isInstanceOf(CodecException.class);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    final void shouldSurviveDamagedBlocks(Place place) {
        for (String words : profiles()) {
            CodecProfile profile = profile(words);
            int refusals = 0;
            for (int round = 0; round < 60; round++) {
                SampleData kind = SampleData.values()[random.nextInt(SampleData.values().length)];
                byte[] block = kind.bytes(random.nextInt(1, 30_000), random);
                byte[] compressed;
                try (Compressor compressor = profile.compressor()) {
                    compressed = compress(compressor, place, block, words).content();
                }
                try (Decompressor decompressor = codec.decompressor(profile.history())) {
                    decompress(decompressor, place, damaged(compressed, round), block.length);
                } catch (CodecException refusal) {
                    refusals++;
                    assertThat(refusal).message().isNotBlank();
                }
            }
            assertThat(refusals)
                    .as("damaged blocks that were refused: profile=\"%s\"", words)
                    .isPositive();
        }
    }

    @Test
    final void shouldRefuseRoomOutsideTheBuffers() {
        ByteBuffer small = ByteBuffer.allocate(100);
        ByteBuffer large = ByteBuffer.allocate(1000);
        for (String words : List.of(profiles().get(0), profiles().get(profiles().size() - 1))) {
            CodecProfile profile = profile(words);
            try (Compressor compressor = profile.compressor();
                    Decompressor decompressor = codec.decompressor(profile.history())) {
                assertOutOfBounds(() -> compressor.compress(small, 1, 100, large, 0, 1000));
                assertOutOfBounds(() -> compressor.compress(small, -1, 10, large, 0, 1000));
                assertOutOfBounds(() -> compressor.compress(small, 0, 100, large, 1, 1000));
                assertOutOfBounds(() -> decompressor.decompress(small, 90, 11, large, 0, 1000));
                assertOutOfBounds(() -> decompressor.decompress(small, 0, 100, large, 999, 2));
                assertOutOfBounds(() -> decompressor.decompress(small, 0, -1, large, 0, 2));
            }
        }
    }

    @Test
    final void shouldMakeTheSameProfileOfItsOwnWords() {
        for (String words : profiles()) {
            CodecProfile profile = profile(words);
            CodecProfile again = profile(profile.words());
            assertThat(again.words()).isEqualTo(profile.words());
            assertThat(again.history()).isEqualTo(profile.history());
        }
    }

    @Test
    final void shouldRefuseUnknownOptionsWithASentence() {
        for (String words : refused()) {
            String[] parts = words.split(" ");
            assertThatThrownBy(() -> profile(words))
                    .as(words)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(codec.name())
                    .hasMessageContaining(parts[0])
                    .message()
                    .endsWith(".");
        }
        assertThatThrownBy(() -> profile("colour blue")).hasMessageContaining("colour");
    }

    @Test
    final void shouldRefuseAHistoryThatNoProfileHas() {
        Assumptions.assumeTrue(
                profiles().stream().map(this::profile).noneMatch(CodecProfile::history), "this codec has a history");
        assertThatThrownBy(() -> codec.decompressor(true)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    final void shouldCompressRepeatsFarApartBetterWithAHistory() throws CodecException {
        List<CodecProfile> profiles = profiles().stream()
                .map(this::profile)
                .filter(CodecProfile::history)
                .toList();
        Assumptions.assumeFalse(profiles.isEmpty(), "no profile of this codec has a history");
        byte[][] blocks = new byte[40][];
        Arrays.setAll(blocks, i -> SampleData.RANDOM.bytes(65_536 + i, random));
        for (CodecProfile profile : profiles) {
            long first = 0;
            long second = 0;
            // The window is at least 1 MiB; repeats of the last 8 blocks are within every window.
            try (Compressor compressor = profile.compressor();
                    Decompressor decompressor = codec.decompressor(true)) {
                for (int i = 0; i < blocks.length; i++) {
                    for (int pass = 0; pass < 2; pass++) {
                        byte[] block = pass == 0 ? blocks[i] : blocks[Math.max(0, i - 7)];
                        byte[] compressed = compress(compressor, Place.DIRECT, block, profile.words())
                                .content();
                        if (pass == 0) {
                            first += compressed.length;
                        } else {
                            second += compressed.length;
                        }
                        assertThat(decompress(decompressor, Place.DIRECT, compressed, block.length))
                                .isEqualTo(block);
                    }
                }
            }
            assertThat(second).as(profile.words()).isLessThan(first / 20);
        }
    }

    @Test
    final void shouldOfferStepsAndLinkedProfilesThatCanTakeItsPlace() throws CodecException {
        for (String words : profiles()) {
            CodecProfile profile = profile(words);
            List<CodecProfile> steps = profile.steps();
            assertThat(steps).as("steps of \"%s\"", words).hasSizeBetween(1, 64);
            for (CodecProfile step : steps) {
                assertThat(step.history()).isEqualTo(profile.history());
                assertThat(profile(step.words()).words()).isEqualTo(step.words());
                if (step.linked().isPresent()) {
                    assertThat(step.history())
                            .as("history of \"%s\", which is linked", words)
                            .isFalse();
                    compressSmallBlocks(step, step.linked().get());
                }
            }
        }
    }

    /** Every third block stands alone, between those with a history. */
    private void compressSmallBlocks(CodecProfile alone, CodecProfile linked) throws CodecException {
        assertThat(linked.history()).isTrue();
        long sumAlone = 0;
        long sumLinked = 0;
        try (Compressor single = alone.compressor();
                Compressor stream = linked.compressor();
                Decompressor ofSingle = codec.decompressor(false);
                Decompressor ofStream = codec.decompressor(true)) {
            for (int i = 0; i < 30; i++) {
                byte[] block = SampleData.TEXT.bytes(4096, random);
                byte[] compressed =
                        compress(single, Place.DIRECT, block, alone.words()).content();
                sumAlone += compressed.length;
                Decompressor decompressor = ofSingle;
                if (i % 3 != 0) {
                    compressed = compress(stream, Place.DIRECT, block, linked.words())
                            .content();
                    decompressor = ofStream;
                }
                sumLinked += compressed.length;
                assertThat(decompress(decompressor, Place.DIRECT, compressed, block.length))
                        .isEqualTo(block);
            }
        }
        assertThat(sumLinked)
                .as("bytes of small blocks, some linked: \"%s\"", linked.words())
                .isLessThan(sumAlone);
    }

    @Test
    final void shouldFreeWhatItHolds() throws IOException, CodecException {
        Path status = Path.of("/proc/self/status");
        Assumptions.assumeTrue(Files.exists(status), "resident memory is read from /proc");
        byte[] block = SampleData.MIX.bytes(65_536, random);
        for (String words : mainProfiles()) {
            CodecProfile profile = profile(words);
            // Enough that what one holds, at least 100 KiB, or some MiB with a history, would add up.
            int times = profile.history() ? 200 : 4000;
            cycle(profile, block, times / 10);
            long before = residentBytes(status);
            cycle(profile, block, times);
            assertThat(residentBytes(status) - before).as(words).isLessThan(300L << 20);
        }
    }

    private void cycle(CodecProfile profile, byte[] block, int times) throws CodecException {
        GuardedRoom source = new GuardedRoom(Place.DIRECT, block);
        GuardedRoom target = null;
        GuardedRoom result = new GuardedRoom(Place.DIRECT, block.length);
        for (int i = 0; i < times; i++) {
            Compressor compressor = profile.compressor();
            Decompressor decompressor = codec.decompressor(profile.history());
            if (target == null) {
                target = new GuardedRoom(Place.DIRECT, compressor.maxCompressedBytes(block.length));
            }
            int written = source.compress(compressor, target);
            decompressor.decompress(target.buffer, target.offset, written, result.buffer, result.offset, result.length);
            compressor.close();
            compressor.close();
            decompressor.close();
            decompressor.close();
        }
        assertThat(result.content()).isEqualTo(block);
    }

    private static long residentBytes(Path status) throws IOException {
        System.gc();
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new AssertionError("no VmRSS: path=" + status);
    }

    private byte[] damaged(byte[] compressed, int round) {
        switch (round % 4) {
            case 0:
                byte[] flipped = compressed.clone();
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
                return flipped;
            case 1:
                return Arrays.copyOf(compressed, random.nextInt(compressed.length));
            case 2:
                return SampleData.RANDOM.bytes(random.nextInt(1, 30_000), random);
            default:
                // The head is right, the rest is noise.
                byte[] mixed = SampleData.RANDOM.bytes(compressed.length + random.nextInt(9), random);
                System.arraycopy(compressed, 0, mixed, 0, random.nextInt(compressed.length));
                return mixed;
        }
    }

    /** Compresses with just the room that cannot be too small, and checks that nothing else was touched. */
    private static GuardedRoom compress(Compressor compressor, Place place, byte[] block, String words) {
        GuardedRoom source = new GuardedRoom(place, block);
        GuardedRoom target = new GuardedRoom(place, compressor.maxCompressedBytes(block.length));
        int written = source.compress(compressor, target);
        assertThat(target.length)
                .as("maxCompressedBytes: profile=\"%s\", length=%d", words, block.length)
                .isLessThanOrEqualTo(2 * block.length + 65_536);
        assertThat(written)
                .as("compressed bytes: profile=\"%s\", length=%d, targetMax=maxCompressedBytes", words, block.length)
                .isBetween(1, target.length);
        target.assertGuardsUntouched();
        assertThat(source.content()).as("source after compress").isEqualTo(block);
        target.length = written;
        return target;
    }

    private static byte[] decompress(Decompressor decompressor, Place place, byte[] compressed, int length)
            throws CodecException {
        GuardedRoom source = new GuardedRoom(place, compressed);
        GuardedRoom target = new GuardedRoom(place, length);
        try {
            decompressor.decompress(
                    source.buffer, source.offset, compressed.length, target.buffer, target.offset, length);
        } finally {
            target.assertGuardsUntouched();
            target.assertUnmoved();
            source.assertUnmoved();
        }
        return target.content();
    }

    /** Makes a profile of words the way a configuration does. */
    protected final CodecProfile profile(String words) {
        Map<String, String> options = new LinkedHashMap<>();
        String[] parts = words.isEmpty() ? new String[0] : words.split(" ");
        for (int i = 0; i < parts.length; i += 2) {
            options.put(parts[i], i + 1 < parts.length ? parts[i + 1] : "");
        }
        return codec.profile(options);
    }

    private static void assertOutOfBounds(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
