/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept back for records must be enough however they fall. */
class MemoryPlanTest {

    private static final long SEED = 20261125;

    @ParameterizedTest
    @ValueSource(ints = {8 << 10, 16 << 10, 64 << 10, 128 << 10, 256 << 10, 1 << 20})
    void shouldHaveRoomForEveryRecordAndForWhatIsAroundIt(int segment) {
        int record = MemoryPlan.recordBytesMax(segment);
        assertThat(segment - record)
                .isGreaterThanOrEqualTo(RecordLayout.HEADER_BYTES)
                .isGreaterThanOrEqualTo(DecompressionJob.GUARDS_BYTES);
        assertThat(MemoryPlan.leastSegmentBytes(record)).isLessThanOrEqualTo(segment);
    }

    @ParameterizedTest
    @ValueSource(ints = {8 << 10, 16 << 10, 64 << 10, 128 << 10, 256 << 10, 1 << 20})
    void shouldNeedNoMorePiecesThanWhatRecordsFillForSure(int segment) {
        int record = MemoryPlan.recordBytesMax(segment);
        int usable = MemoryPlan.usableBytes(segment, record);
        Random random = new Random(SEED);
        for (int turn = 0; turn < 2_000; turn++) {
            long bytes = 0;
            int pieces = 1;
            int filled = random.nextInt(segment + 1); // by what was before
            for (int records = 1 + random.nextInt(40); records > 0; records--) {
                int next = RecordLayout.HEADER_BYTES + payload(random, segment, record);
                if (filled + next > segment) {
                    pieces++;
                    filled = 0;
                }
                filled += next;
                bytes += next;
            }
            assertThat((long) pieces).isLessThanOrEqualTo((bytes + usable - 1) / usable + 1);
        }
    }

    /** Any size; and those that waste most: a little more than a half, and the largest and smallest in turn. */
    private static int payload(Random random, int segment, int record) {
        return switch (random.nextInt(4)) {
            case 0 -> 1 + random.nextInt(record);
            case 1 -> Math.min(record, segment / 2);
            case 2 -> record;
            default -> 1 + random.nextInt(64);
        };
    }
}
