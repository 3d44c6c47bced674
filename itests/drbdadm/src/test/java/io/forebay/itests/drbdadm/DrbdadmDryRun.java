/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.drbdadm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What drbdadm would run, asked with {@code -d}, which executes nothing.
 *
 * @param status its exit status; 10 and 20 say that it refuses the configuration
 * @param commands what {@code drbd-proxy-ctl} would be told
 * @param output all that it printed
 */
record DrbdadmDryRun(int status, List<String> commands, String output) {

    private static final int SECONDS_MAX = 30;

    /** The two modes, as the programs of one drbd-utils package. */
    enum Mode {
        NINE("/usr/sbin/drbdadm"),
        EIGHT_FOUR("/lib/drbd/drbdadm-84");

        private final Path program;

        Mode(String program) {
            this.program = Path.of(program);
        }

        Path program() {
            return program;
        }

        boolean isInstalled() {
            return Files.isExecutable(program);
        }
    }

    /**
     * Asks for {@code proxy-up all}, then for the same of stacked resources.
     *
     * @param host whose part drbdadm takes, through the variable that it has for tests
     */
    static List<DrbdadmDryRun> proxyUp(Mode mode, Path configuration, String host)
            throws IOException, InterruptedException {
        List<DrbdadmDryRun> runs = new ArrayList<>();
        for (List<String> stacked : List.of(List.<String>of(), List.of("-S"))) {
            List<String> command = new ArrayList<>(List.of(mode.program().toString(), "-d"));
            command.addAll(stacked);
            command.addAll(List.of("-c", configuration.toString(), "proxy-up", "all"));
            runs.add(run(command, host));
        }
        return runs;
    }

    private static DrbdadmDryRun run(List<String> command, String host) throws IOException, InterruptedException {
        Path printed = Files.createTempFile("drbdadm", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
            builder.environment().put("__DRBD_NODE__", host);
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("drbdadm does not end: command=" + command);
            }
            String output = Files.readString(printed, StandardCharsets.UTF_8);
            List<String> commands = output.lines()
                    .filter(line -> line.startsWith("drbd-proxy-ctl "))
                    .flatMap(line -> words(line).stream().skip(1))
                    .filter(word -> !word.equals("-c"))
                    .toList();
            return new DrbdadmDryRun(process.exitValue(), commands, output);
        } finally {
            Files.delete(printed);
        }
    }

    /** The words of a line in which a backslash makes any character part of a word. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && i + 1 < line.length()) {
                i++;
                word.append(line.charAt(i));
            } else if (c == ' ') {
                words.add(word.toString());
                word.setLength(0);
            } else {
                word.append(c);
            }
        }
        words.add(word.toString());
        assertThat(line).as("a form of quoting that is not known here").doesNotContain("$'");
        return words;
    }
}
