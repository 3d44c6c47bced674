/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.forebay.api.codec.CodecException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockDataTest {

    @ParameterizedTest
    @CsvSource({
        "zstd level 1, 131072", "zstd level 3, 131072", "lz4, 131072", "zlib, 131072",
        "zstd level 1, 4096", "zstd level 3, 4096", "lz4, 4096", "zlib, 4096"
    })
    void shouldCompressTwoToOneWhateverTheCodecAndTheBlock(String codec, int blockBytes) throws CodecException {
        CodecBenchmark benchmark = new CodecBenchmark();
        benchmark.codec = codec;
        benchmark.blockBytes = blockBytes;
        benchmark.data = BlockData.HALF;
        benchmark.prepare();
        double ratio = benchmark.ratio();
        benchmark.close();
        assertThat(ratio).isCloseTo(2, within(0.15));
    }
}
