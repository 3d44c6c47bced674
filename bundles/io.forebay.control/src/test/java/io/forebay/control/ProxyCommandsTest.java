/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import static io.forebay.control.TypedCommands.ADD;
import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.proxy.ProxyConnection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as they are typed. */
class ProxyCommandsTest {

    private final TypedCommands ctl = new TypedCommands();
    private final RememberingConnections connections = ctl.connections;
    private final ProxyCommands commands = ctl.commands;

    /** The sentence of a refusal: one line on standard error, nothing on standard output, status 1. */
    private String refusal(String line) {
        ProxyAnswer answer = commands.run(line);
        assertThat(answer).returns(1, ProxyAnswer::status).returns("", ProxyAnswer::out);
        assertThat(answer.err()).startsWith("drbd-proxy-ctl: ").endsWith(".\n").containsOnlyOnce("\n");
        return answer.err().substring("drbd-proxy-ctl: ".length()).strip();
    }

    private ProxyConnection only() {
        assertThat(connections.all()).hasSize(1);
        return connections.all().get(0);
    }

    @Test
    void shouldAddAConnectionAsDrbdadmWordsIt() {
        ctl.done(ADD);
        assertThat(only())
                .isEqualTo(new ProxyConnection(
                        "r0-bob-alice",
                        "127.0.0.1:7815",
                        "192.168.23.2:7715",
                        "192.168.23.1:7715",
                        "127.0.0.1:7915",
                        Map.of(),
                        List.of()));
    }

    @Test
    void shouldTakeTheOptionsAtTheEndOfAddAsDrbdUtilsSendThemFrom930On() {
        ctl.done(
                ADD + "  --memlimit=512M --ping-timeout=30",
                "add connection r1 127.0.0.1:1 b:2 192.0.2.1:3 127.0.0.1:4 --x=");
        assertThat(connections.all().get(0).options())
                .containsExactly(Map.entry("memlimit", "512M"), Map.entry("ping-timeout", "30"));
        assertThat(connections.all().get(1).options()).containsExactly(Map.entry("x", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"memlimit=512M", "--memlimit", "--=512M", "-m=1"})
    void shouldRefuseWhatIsNoOptionAtTheEndOfAdd(String option) {
        assertThat(refusal(ADD + " " + option))
                .isEqualTo(option + " is not an option: write --OPTION=VALUE, for example --memlimit=512M.");
        assertThat(connections.all()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "::1:7815, [::1]:7815",
        "[::1]:7815, [::1]:7815",
        "2001:db8::2:7715, [2001:db8::2]:7715",
        "fe80::1%eth0:7715, [fe80::1%eth0]:7715",
        "host.example:7715, host.example:7715",
        "10.0.0.1, 10.0.0.1",
        "localhost, localhost",
    })
    void shouldReadIpv6WithAndWithoutBrackets(String typed, String address) {
        ctl.done("add connection r0 %1$s %1$s %1$s %1$s".formatted(typed));
        assertThat(only())
                .returns(address, ProxyConnection::inside)
                .returns(address, ProxyConnection::peer)
                .returns(address, ProxyConnection::outside)
                .returns(address, ProxyConnection::drbd);
    }

    @Test
    void shouldSetAReserveThatDrbdadmIsNotTold() {
        ctl.done(ADD + " --memlimit=512M --reserve=64M", "set reserve r0-bob-alice 128M");
        assertThat(only().options()).containsExactly(Map.entry("memlimit", "512M"), Map.entry("reserve", "128M"));
        assertThat(ctl.out("show proxy-settings r0-bob-alice")).isEqualTo("proxy {\n\tmemlimit 512M;\n}\n");
        assertThat(ctl.out("show")).contains("--memlimit=512M --reserve=128M", "\nset reserve r0-bob-alice 128M");
    }

    @Test
    void shouldSetOptionsAndPluginsInTheWordsThatWereTyped() {
        ctl.done(ADD, "set memlimit r0-bob-alice 512M", "set plugin r0-bob-alice 0 lzma  contexts 4 level 9");
        ctl.done(
                "set plugin r0-bob-alice 1 zstd level 7",
                "set plugin r0-bob-alice 0 lz4",
                "set plugin r0-bob-alice 2 END");
        assertThat(only().options()).containsExactly(Map.entry("memlimit", "512M"));
        assertThat(only().plugins()).containsExactly("lz4", "zstd level 7");
        ctl.done("set plugin r0-bob-alice 1 end");
        assertThat(only().plugins()).containsExactly("lz4");
        ctl.done("set plugin r0-bob-alice 7 END");
        assertThat(only().plugins()).containsExactly("lz4");
        ctl.done("set plugin r0-bob-alice 0 END");
        assertThat(only().plugins()).isEmpty();
    }

    @Test
    void shouldTakeAPluginWhoseNameOnlyBeginsWithEndForAPlugin() {
        ctl.done(ADD, "set plugin r0-bob-alice 0 END of line", "set plugin r0-bob-alice 1 endless");
        assertThat(only().plugins()).containsExactly("END of line", "endless");
    }

    @Test
    void shouldRefuseAPluginThatWouldLeaveAGap() {
        ctl.done(ADD);
        assertThat(refusal("set plugin r0-bob-alice 1 zstd"))
                .isEqualTo("r0-bob-alice has 0 plugins, so the next index is 0, not 1: set that one first, or see"
                        + " show proxy-settings r0-bob-alice.");
        assertThat(only().plugins()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "x", "64", "1000", "99999999999", "1.0"})
    void shouldRefuseAnIndexThatIsNone(String index) {
        ctl.done(ADD, "set plugin r0-bob-alice 0 lz4");
        for (String words : List.of("zstd", "END")) {
            assertThat(refusal("set plugin r0-bob-alice " + index + " " + words))
                    .isEqualTo(index + " is not the index of a plugin: write a number from 0 on.");
        }
        assertThat(only().plugins()).containsExactly("lz4");
    }

    @Test
    void shouldRemoveAndSayOnlyInANoteThatThereWasNone() {
        ctl.done(ADD, "del connection r0-bob-alice");
        assertThat(connections.all()).isEmpty();
        assertThat(commands.run("del connection r0-bob-alice"))
                .isEqualTo(
                        new ProxyAnswer(0, "", "drbd-proxy-ctl: note: there was no connection r0-bob-alice.\n", false));
        assertThat(refusal("del connection of-a-file")).isEqualTo("of-a-file is that of a file.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"set memlimit r9 1G", "set plugin r9 0 lz4", "set plugin r9 0 END", "show proxy-settings r9"})
    void shouldRefuseAnUnknownName(String line) {
        assertThat(refusal(line)).isEqualTo("There is no connection r9: add it first, or see show connections.");
        assertThat(refusal(line.replace("r9", "leaving")))
                .as("one that was removed, and whose relay goes on for a moment")
                .isEqualTo("There is no connection leaving: add it first, or see show connections.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"set memlimit r1 1G", "set plugin r1 0 lz4"})
    void shouldSayWhereTheSettingsOfAFilesRelayStand(String line) {
        assertThat(refusal(line)).isEqualTo("The settings of r1 stand in etc/r1.cfg: change them there.");
    }

    @Test
    void shouldPassRefusalsOnAndChangeNothing() {
        ctl.done(ADD);
        assertThat(refusal("set bad r0-bob-alice 1")).isEqualTo("bad is not there.");
        assertThat(refusal("set plugin r0-bob-alice 0 bad")).isEqualTo("bad is not there.");
        assertThat(refusal(ADD + " --bad=1")).isEqualTo("bad is not there.");
        assertThat(only().options()).isEmpty();
        assertThat(only().plugins()).isEmpty();
    }

    @Test
    void shouldPassRemarksOnAsNotesThatAreNoFailure() {
        ctl.done(ADD);
        assertThat(commands.run("set plugin r0-bob-alice 0 lzma"))
                .isEqualTo(new ProxyAnswer(0, "", "drbd-proxy-ctl: note: lzma is zstd.\n", false));
    }

    @Test
    void shouldSetTheConnectionOfANameThatWasAddedLastOrTheOneWhoseRelayIsNamed() {
        ctl.done("add connection r0 10.0.0.9:1 b:2 192.0.2.1:3 10.0.0.1:4", "set memlimit r0 1G");
        ctl.done("add connection r0 10.0.0.9:5 b:6 192.0.2.1:7 10.0.0.2:8", "set memlimit r0 2G");
        assertThat(connections.all())
                .extracting(ProxyConnection::options)
                .containsExactly(Map.of("memlimit", "1G"), Map.of("memlimit", "2G"));
        ctl.done("set memlimit r0@10.0.0.2 3G");
        assertThat(ctl.out("show proxy-settings r0@10.0.0.2")).contains("memlimit 3G;");
    }

    @Test
    void shouldRunAllCommandsOfACallAndAnswerTheWorstStatus() {
        ProxyAnswer answer = commands.run(List.of(
                "-c",
                ADD,
                "-c",
                "set bad r0-bob-alice 1",
                "-c",
                "set plugin r0-bob-alice 0 lzma",
                "set plugin r0-bob-alice 1 END"));
        assertThat(answer)
                .isEqualTo(new ProxyAnswer(
                        1,
                        "",
                        "drbd-proxy-ctl: bad is not there.\n" + "drbd-proxy-ctl: note: lzma is zstd.\n"
                                + "drbd-proxy-ctl: note: lzma is zstd.\n",
                        false));
        assertThat(only().plugins()).containsExactly("lzma");
    }

    @Test
    void shouldRunNothingOfACallThatCannotBeUnderstood() {
        assertThat(commands.run(List.of("-c", ADD, "-c")))
                .isEqualTo(ProxyAnswer.refusal("-c names no command: write for example -c \"show connections\"."));
        assertThat(connections.all()).isEmpty();
    }

    @Test
    void shouldAnswerTheStatusCallOfLcmc() {
        ProxyAnswer answer = commands.run(List.of(
                "-c",
                "show hconnections",
                "-c",
                "show hsubconnections",
                "-c",
                "show memusage",
                "-c",
                "print statistics"));
        assertThat(answer.status()).isZero();
        assertThat(answer.out())
                .containsSubsequence("Inside", "From-DRBD", "gogo forebay:memusage\n", "r1\t-\t-\tstatus");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            show memusage         | list memusage
            show connections      | list connections
            show hconnections     | list hconnections
            show subconnections   | list subconnections
            show hsubconnections  | list hsubconnections
            show details          | list details
            show details          | print details
            show statistics       | list statistics
            show statistics       | print statistics
            """)
    void shouldKnowTheListingsByTheirNamesOfAllVersions(String one, String other) {
        assertThat(ctl.out(one)).isNotEmpty().isEqualTo(ctl.out(other));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '=', textBlock = """
            frobnicate                  =  There is no command "frobnicate": drbd-proxy-ctl help lists them.
            Show connections            =  There is no command "Show connections": drbd-proxy-ctl help lists them.
            add connection r0 a:1 b:2   =  "add connection r0 a:1 b:2" is not complete, or too much: write add connection NAME INSIDE PEER-OUTSIDE OUTSIDE DRBD [--OPTION~VALUE...].
            del connection              =  "del connection" is not complete, or too much: write del connection NAME.
            del connection a b          =  "del connection a b" is not complete, or too much: write del connection NAME.
            set memlimit r0             =  "set memlimit r0" is not complete, or too much: write set OPTION NAME VALUE....
            set plugin r0 0             =  "set plugin r0 0" is not complete, or too much: write set plugin NAME INDEX WORDS....
            show connections now        =  "show connections now" is not complete, or too much: write show|list connections.
            """)
    void shouldSayHowACommandIsWrittenThatIsNot(String line, String sentence) {
        assertThat(refusal(line)).isEqualTo(sentence.replace('~', '='));
    }

    @Test
    void shouldRepeatNoControlCharactersAndNoEndlessLines() {
        assertThat(refusal("\u001b[2J")).startsWith("There is no command \"?[2J\"");
        assertThat(refusal("x".repeat(5000)).length()).isLessThan(150);
    }

    @Test
    void shouldNameEveryCommandInHelp() {
        String help = ctl.out("help");
        assertThat(commands.all())
                .hasSizeGreaterThan(15)
                .allSatisfy(command ->
                        assertThat(help).contains("\n  " + command.usage() + "\n        " + command.sentence()));
    }

    @Test
    void shouldTellTheVersionSoThatLcmcFindsItBetweenABlankAndAComma() {
        assertThat(ctl.out("version")).isEqualTo("drbd-proxy-ctl 4.0.0, Forebay 1.2.3\n");
    }

    @Test
    void shouldLeaveItToWhoeverAnswersToStopForebay() {
        assertThat(commands.run("shutdown")).isEqualTo(ProxyAnswer.SHUTDOWN);
        assertThat(commands.run(List.of("-c", "shutdown", "-c", "version")))
                .returns(true, ProxyAnswer::shutdown)
                .returns(0, ProxyAnswer::status);
        ctl.done("quit", "exit", "", "   ");
    }

    @Test
    void shouldRefuseAnUnknownLogLevel() {
        assertThat(refusal("set loglevel loud"))
                .isEqualTo("loud is not a log level: use trace, debug, info, warn, error or off.");
    }
}
