/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTest {
    private static final int WHOLE_BYTES = 1 << 20;

    @TempDir
    Path folder;

    private ContentPlan plan(DataKind kind, long seed, double ratio) throws IOException {
        byte[] bytes = new byte[100_003];
        new SplittableRandom(7).nextBytes(bytes);
        return new ContentPlan(kind, seed, ratio, Files.write(folder.resolve("file"), bytes));
    }

    @ParameterizedTest
    @EnumSource(DataKind.class)
    void shouldBeTheSameBytesInWhateverPiecesTheyAreAskedFor(DataKind kind) throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Content content = plan(kind, seed, 3).content();
        byte[] whole = new byte[WHOLE_BYTES];
        content.fill(0, whole, 0, whole.length);
        byte[] pieces = new byte[WHOLE_BYTES];
        SplittableRandom random = new SplittableRandom(seed);
        for (int at = 0; at < pieces.length; ) {
            int count = Math.min(pieces.length - at, 1 + random.nextInt(20_000));
            content.fill(at, pieces, at, count);
            at += count;
        }
        assertThat(Arrays.mismatch(whole, pieces)).isNegative();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 2, 3, 10})
    void shouldCompressAboutAsMuchAsIsAskedFor(double ratio) throws IOException {
        byte[] whole = new byte[WHOLE_BYTES];
        plan(DataKind.MIX, 1, ratio).content().fill(0, whole, 0, whole.length);
        Deflater deflater = new Deflater(6);
        deflater.setInput(whole);
        deflater.finish();
        int compressed = deflater.deflate(new byte[2 * WHOLE_BYTES]);
        deflater.end();
        assertThat((double) WHOLE_BYTES / compressed).isCloseTo(ratio, Percentage.withPercentage(10));
    }

    @Test
    void shouldRiseInSequence() throws IOException {
        byte[] piece = new byte[4];
        plan(DataKind.SEQUENTIAL, 1, 1).content().fill(254, piece, 0, 4);
        assertThat(piece).containsExactly(0xFE, 0xFF, 0, 1);
    }

    @Test
    void shouldDifferFromSeedToSeed() throws IOException {
        byte[] one = new byte[512];
        byte[] two = new byte[512];
        plan(DataKind.RANDOM, 1, 1).content().fill(0, one, 0, one.length);
        plan(DataKind.RANDOM, 2, 1).content().fill(0, two, 0, two.length);
        assertThat(one).isNotEqualTo(two);
    }

    @Test
    void shouldRefuseAFileWithNothingInIt() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        assertThatThrownBy(() -> new FileContent(empty)).hasMessageContaining("empty");
    }
}
