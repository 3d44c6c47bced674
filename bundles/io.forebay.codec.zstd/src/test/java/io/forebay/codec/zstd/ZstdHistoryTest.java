/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.zstd;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.codec.Compressor;
import io.forebay.testkit.DatabaseWrites;
import io.forebay.testkit.SampleData;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a window over earlier blocks saves of a database's writes, beside the same blocks compressed one by one. */
class ZstdHistoryTest {

    private static final int WRITES_BYTES = 64 << 20;
    private static final int BLOCK_BYTES = 256 << 10;

    /** @param most of the bytes that {@code level 3} makes of blocks that stand alone */
    @ParameterizedTest
    @CsvSource({"24, 0.65", "26, 0.4"})
    void shouldFindThePagesAndRowsThatADatabaseWritesAgain(String windowLog, double most) {
        long seed = SampleData.printedSeed("shouldFindThePagesAndRowsThatADatabaseWritesAgain");
        ByteBuffer writes = ByteBuffer.allocate(WRITES_BYTES);
        int bytes = new DatabaseWrites(seed, 512, 16 << 10).fill(writes);
        long alone = compressed(writes, bytes, Map.of("level", "3"));
        Map<String, String> options = new LinkedHashMap<>(Map.of("level", "3"));
        options.put("long", windowLog);
        long together = compressed(writes, bytes, options);
        System.out.printf("%d bytes: alone %d, together %d%n", bytes, alone, together);
        assertThat((double) together / alone).isLessThan(most);
    }

    private static long compressed(ByteBuffer writes, int bytes, Map<String, String> options) {
        long sum = 0;
        try (Compressor compressor = new ZstdCodec().profile(options).compressor()) {
            int room = compressor.maxCompressedBytes(BLOCK_BYTES);
            ByteBuffer target = ByteBuffer.allocate(room);
            for (int at = 0; at < bytes; at += BLOCK_BYTES) {
                sum += compressor.compress(writes, at, Math.min(BLOCK_BYTES, bytes - at), target, 0, room);
            }
        }
        return sum;
    }
}
