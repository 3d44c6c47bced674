/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PluginSequencesTest {

    private final PluginSequences sequences = new PluginSequences();

    /** Counts a command whose answer is already known. */
    private String counted(String command, boolean done) {
        String counted = sequences.counted(command);
        sequences.answered(done);
        return counted;
    }

    @Test
    void shouldLeaveCommandsAsTheyAreWhileNoneIsRefused() {
        for (String command : List.of(
                "add connection r0 a b c d",
                "set memlimit r0 1M",
                "set plugin r0 0 zstd level 7",
                "set plugin r0 1 noop",
                "set plugin r0 2 END",
                "show",
                "",
                "set plugin r0")) {
            assertThat(counted(command, true)).isEqualTo(command);
        }
    }

    @Test
    void shouldMoveUpWhatFollowsARefusedPlugin() {
        assertThat(counted("set plugin r0 0 x-first", false)).isEqualTo("set plugin r0 0 x-first");
        assertThat(counted("set plugin r0 1 zstd level 7", true)).isEqualTo("set plugin r0 0 zstd level 7");
        assertThat(counted("set plugin r0 2 x-second 2", false)).isEqualTo("set plugin r0 1 x-second 2");
        assertThat(counted("set plugin r0 3 noop", true)).isEqualTo("set plugin r0 1 noop");
        assertThat(counted("set plugin r0 4 END", true)).isEqualTo("set plugin r0 2 END");
    }

    @Test
    void shouldCountEachConnectionForItself() {
        counted("set plugin r0 0 x-first", false);
        assertThat(counted("set plugin r1 0 lz4", true)).isEqualTo("set plugin r1 0 lz4");
        assertThat(counted("set plugin r1 1 noop", true)).isEqualTo("set plugin r1 1 noop");
        assertThat(counted("set plugin r0 1 noop", true)).isEqualTo("set plugin r0 0 noop");
    }

    @Test
    void shouldBeginAnewWithEachList() {
        counted("set plugin r0 0 x-first", false);
        counted("set plugin r0 1 END", true);
        assertThat(counted("set plugin r0 0 lz4", true)).isEqualTo("set plugin r0 0 lz4");
        assertThat(counted("set plugin r0 1 noop", true)).isEqualTo("set plugin r0 1 noop");
    }

    @Test
    void shouldLeaveSingleLinesTheirIndex() {
        assertThat(counted("set plugin r0 2 x-first", false)).isEqualTo("set plugin r0 2 x-first");
        assertThat(counted("set plugin r0 3 lz4", true)).isEqualTo("set plugin r0 3 lz4");
    }

    @Test
    void shouldNotTakeTheRefusalOfAnotherCommandForAPlugins() {
        counted("set plugin r0 0 lz4", true);
        counted("set memlimit r0 much", false);
        assertThat(counted("set plugin r0 1 noop", true)).isEqualTo("set plugin r0 1 noop");
    }
}
