/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import java.util.ArrayList;
import java.util.List;

/**
 * The commands in the arguments of {@code drbd-proxy-ctl}.
 *
 * <p>{@code -c} names one, and any number of them may be named. drbdadm of drbd-utils 9.0 to 9.22 leaves out the {@code -c}
 * of its last one. Without any {@code -c} the words of one command may stand as they are, as in version 4.
 *
 * @param commands the commands, in their order
 * @param refusal why the arguments cannot be understood; empty if they can
 */
record ProxyCommandLine(List<String> commands, String refusal) {

    private static final String COMMAND = "-c";

    static ProxyCommandLine parse(List<String> arguments) {
        List<String> commands = new ArrayList<>();
        List<String> words = new ArrayList<>();
        boolean named = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals(COMMAND)) {
                if (++i == arguments.size()) {
                    return new ProxyCommandLine(
                            List.of(), "-c names no command: write for example -c \"show connections\".");
                }
                named = true;
                endWords(words, commands);
                commands.add(arguments.get(i));
            } else if (words.isEmpty() && !named && (argument.equals("--help") || argument.equals("-h"))) {
                return new ProxyCommandLine(List.of("help"), "");
            } else if (words.isEmpty() && !named && (argument.equals("--version") || argument.equals("-V"))) {
                return new ProxyCommandLine(List.of("version"), "");
            } else if (words.isEmpty() && argument.startsWith("-")) {
                return new ProxyCommandLine(
                        List.of(), "There is no option %s: see drbd-proxy-ctl --help.".formatted(argument));
            } else if (named || words.isEmpty() && argument.strip().contains(" ")) {
                commands.add(argument);
            } else {
                words.add(argument);
            }
        }
        endWords(words, commands);
        return new ProxyCommandLine(List.copyOf(commands), "");
    }

    private static void endWords(List<String> words, List<String> commands) {
        if (!words.isEmpty()) {
            commands.add(String.join(" ", words));
            words.clear();
        }
    }
}
