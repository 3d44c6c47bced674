/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts the plugins of one call of {@code drbd-proxy-ctl}. drbdadm numbers a connection's plugins from 0 in one call; where
 * one of them is refused, those after it move up, so that a word nobody knows costs no other line its place. For one call.
 *
 * <p>Only what is numbered 0, 1, 2, … moves: whoever sets a single line means its index.
 */
final class PluginSequences {

    private static final List<String> COMMAND = List.of("set", "plugin");
    private static final int NAME = 2;
    private static final int INDEX = 3;

    private final Map<String, Sequence> sequences = new HashMap<>();
    private String pending = "";

    /**
     * A connection's plugins so far.
     *
     * @param next the index that continues them
     * @param refused how many of them were refused
     */
    private record Sequence(int next, int refused) {}

    /** The command with the index that its plugin gets; any other command as it is. */
    String counted(String command) {
        pending = "";
        String[] words = command.strip().split("\\s+");
        if (words.length <= INDEX || !List.of(words).subList(0, NAME).equals(COMMAND)) {
            return command;
        }
        if (words[INDEX].equals("0")) {
            sequences.remove(words[NAME]);
        }
        Sequence sequence = sequences.getOrDefault(words[NAME], new Sequence(0, 0));
        if (!words[INDEX].equals(String.valueOf(sequence.next()))) {
            sequences.remove(words[NAME]);
            return command;
        }
        pending = words[NAME];
        sequences.put(pending, new Sequence(sequence.next() + 1, sequence.refused()));
        words[INDEX] = String.valueOf(sequence.next() - sequence.refused());
        return String.join(" ", words);
    }

    /** What became of the command that was counted last. */
    void answered(boolean done) {
        if (!done && !pending.isEmpty()) {
            sequences.computeIfPresent(
                    pending, (name, sequence) -> new Sequence(sequence.next(), sequence.refused() + 1));
        }
    }
}
