/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import java.io.IOError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jline.keymap.KeyMap;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Reference;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;

/** The prompt of {@code drbd-proxy-ctl} without arguments. For one session. */
final class ProxyPrompt {

    private static final String PROMPT = "drbd-proxy> ";
    private static final Set<String> END = Set.of("quit", "exit");

    private final Terminal terminal;
    private final ProxyCommands commands;
    private final LineReader reader;

    ProxyPrompt(Terminal terminal, ProxyCommands commands) {
        this.terminal = terminal;
        this.commands = commands;
        this.reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("drbd-proxy-ctl")
                .completer((lines, line, candidates) -> candidates(line.words().subList(0, line.wordIndex()))
                        .forEach((word, sentence) ->
                                candidates.add(new Candidate(word, word, null, sentence, null, null, true))))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
        leaveTheLineOnCtrlC();
    }

    /** As a key, Ctrl-C keeps its place; as a signal it would overtake what was typed before it, and that would stay. */
    private void leaveTheLineOnCtrlC() {
        Attributes attributes = terminal.getAttributes();
        attributes.setLocalFlag(Attributes.LocalFlag.ISIG, false);
        terminal.setAttributes(attributes);
        reader.getKeyMaps().get(LineReader.MAIN).bind(new Reference(LineReader.SEND_BREAK), KeyMap.ctrl('C'));
    }

    /** Reads and runs commands until {@code quit} or the end of the input. */
    void run() {
        try {
            for (String line = read(); !END.contains(line.strip()); line = read()) {
                ProxyAnswer answer = commands.run(line);
                terminal.writer().print(answer.out());
                terminal.writer().print(answer.err());
                terminal.flush();
                if (answer.shutdown()) {
                    commands.shutdown();
                    return;
                }
            }
        } catch (EndOfFileException e) {
            terminal.flush();
        } catch (IOError e) {
            // the server closed the connection
            return;
        }
    }

    private String read() {
        try {
            return reader.readLine(PROMPT);
        } catch (UserInterruptException e) {
            // Ctrl-C leaves the line, not the prompt
            return "";
        }
    }

    /** What may stand next, and what it does. */
    private Map<String, String> candidates(List<String> before) {
        Map<String, String> next = new LinkedHashMap<>();
        int most = commands.all().stream()
                .mapToInt(command -> command.matches(before))
                .max()
                .orElse(0);
        for (ProxyCommands.Command command : commands.all()) {
            List<List<String>> words = command.alternatives();
            if (before.size() < words.size() && command.agrees(before)) {
                boolean last = before.size() == words.size() - 1;
                for (String word : words.get(before.size())) {
                    next.putIfAbsent(word, last ? command.sentence() : null);
                }
            }
            int own = command.matches(before);
            if (own > 0 && own == most) {
                commands.argument(command, before.size() - own).forEach(word -> next.putIfAbsent(word, null));
            }
        }
        return next;
    }
}
