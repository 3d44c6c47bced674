/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyCommandLineTest {

    private static List<String> commands(String... arguments) {
        ProxyCommandLine line = ProxyCommandLine.parse(List.of(arguments));
        assertThat(line.refusal()).isEmpty();
        return line.commands();
    }

    private static String refusal(String... arguments) {
        ProxyCommandLine line = ProxyCommandLine.parse(List.of(arguments));
        assertThat(line.commands()).isEmpty();
        return line.refusal();
    }

    @Test
    void shouldTakeAnyNumberOfNamedCommandsInTheirOrder() {
        assertThat(commands("-c", "show hconnections", "-c", "show memusage", "-c", "print statistics"))
                .containsExactly("show hconnections", "show memusage", "print statistics");
        assertThat(commands()).isEmpty();
    }

    @Test
    void shouldTakeTheLastCommandOfDebiansDrbdadmWithoutItsOption() {
        assertThat(commands(
                        "-c", "set memlimit r0-b-a 512M", "-c", "set plugin r0-b-a 0 lz4", "set plugin r0-b-a 1 END"))
                .containsExactly("set memlimit r0-b-a 512M", "set plugin r0-b-a 0 lz4", "set plugin r0-b-a 1 END");
    }

    @Test
    void shouldTakePlainWordsAsOneCommand() {
        assertThat(commands("show", "memusage")).containsExactly("show memusage");
        assertThat(commands("show")).containsExactly("show");
        assertThat(commands("add", "connection", "r0", "a:1", "b:2", "c:3", "d:4", "--memlimit=1G"))
                .containsExactly("add connection r0 a:1 b:2 c:3 d:4 --memlimit=1G");
        assertThat(commands("set", "plugin", "r0", "0", "zstd", "level", "-5"))
                .containsExactly("set plugin r0 0 zstd level -5");
    }

    @Test
    void shouldTakeAQuotedArgumentAsACommand() {
        assertThat(commands("show proxy-settings r0")).containsExactly("show proxy-settings r0");
        assertThat(commands("show connections", "show memusage")).containsExactly("show connections", "show memusage");
    }

    @Test
    void shouldEndPlainWordsWhereANamedCommandBegins() {
        assertThat(commands("show", "memusage", "-c", "version")).containsExactly("show memusage", "version");
    }

    @Test
    void shouldAnswerHelpAndVersionAsOptions() {
        assertThat(commands("--help")).containsExactly("help");
        assertThat(commands("-h")).containsExactly("help");
        assertThat(commands("--version")).containsExactly("version");
        assertThat(commands("-V")).containsExactly("version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-x", "--frobnicate", "-", "--"})
    void shouldRefuseAnUnknownOption(String option) {
        assertThat(refusal(option)).isEqualTo("There is no option " + option + ": see drbd-proxy-ctl --help.");
        assertThat(refusal(option, "-c", "show")).contains(option);
        assertThat(refusal("-c", "show", option)).contains(option);
    }

    @Test
    void shouldRunNothingWhenTheLastCommandIsMissing() {
        assertThat(refusal("-c")).isEqualTo("-c names no command: write for example -c \"show connections\".");
        assertThat(refusal("-c", "del connection r0", "-c")).startsWith("-c names no command");
    }
}
