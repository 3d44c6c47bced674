/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import io.forebay.api.proxy.ProxyRefusedException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The command language of {@code drbd-proxy-ctl}, versions 1 to 4: a table of commands. Thread-safe.
 *
 * <p>Several commands are run one after the other, each for itself; a refused one has changed nothing, and the others
 * have. The exit status is the worst of all.
 */
final class ProxyCommands {

    private static final Logger LOG = LoggerFactory.getLogger(ProxyCommands.class);

    private final ProxyConnectionCommands connections;
    private final ProxyLogLevel logLevel;
    private final List<Command> commands;
    private final Runnable shutdown;

    /** What a command does with the words after its own. */
    interface Action {
        ProxyAnswer run(List<String> arguments) throws ProxyRefusedException;
    }

    /**
     * One command.
     *
     * @param words the words it begins with; alternatives of a word are separated by a bar
     * @param arguments the names of its arguments, for people; one in brackets may be left out, one that ends with dots be
     *     several
     * @param sentence what it does
     */
    record Command(String words, String arguments, String sentence, Action action) {

        /** How many of the words are this command's own; 0 if these are not its words. */
        int matches(List<String> typed) {
            int own = alternatives().size();
            return typed.size() >= own && agrees(typed) ? own : 0;
        }

        /** Whether the words are this command's own, as far as there are both. */
        boolean agrees(List<String> typed) {
            List<List<String>> own = alternatives();
            return IntStream.range(0, Math.min(own.size(), typed.size()))
                    .allMatch(i -> own.get(i).contains(typed.get(i)));
        }

        /** The words it begins with, and what may stand for each. */
        List<List<String>> alternatives() {
            return Arrays.stream(words.split(" "))
                    .map(word -> List.of(word.split("\\|")))
                    .toList();
        }

        /** The name of an argument; empty if there is none at that place. */
        String argument(int index) {
            return names().skip(index).findFirst().orElse("");
        }

        boolean takes(int count) {
            long least = names().filter(name -> !name.startsWith("[")).count();
            boolean open = arguments.endsWith("...") || arguments.endsWith("...]");
            return count >= least && (open || count <= names().count());
        }

        private Stream<String> names() {
            return arguments.isEmpty() ? Stream.empty() : Arrays.stream(arguments.split(" "));
        }

        String usage() {
            return arguments.isEmpty() ? words : words + " " + arguments;
        }
    }

    /**
     * @param connections the commands that change connections
     * @param listings the commands that list
     * @param shutdown ends Forebay
     */
    ProxyCommands(
            ProxyConnectionCommands connections, ProxyListings listings, ProxyLogLevel logLevel, Runnable shutdown) {
        this.connections = connections;
        this.logLevel = logLevel;
        this.shutdown = shutdown;
        this.commands = List.of(
                new Command(
                        "add connection",
                        "NAME INSIDE PEER-OUTSIDE OUTSIDE DRBD [--OPTION=VALUE...]",
                        "adds a relay: listens on INSIDE for the local DRBD and on OUTSIDE for the peer, dials the other two",
                        connections::add),
                new Command("del connection", "NAME", "removes a relay", connections::remove),
                new Command(
                        "set plugin",
                        "NAME INDEX WORDS...",
                        "sets a plugin, for example: set plugin r0-b-a 0 zstd level 7; END as WORDS ends the list",
                        connections::setPlugin),
                new Command("set loglevel", "LEVEL", "trace, debug, info, warn, error or off", logLevel::set),
                new Command(
                        "set",
                        "OPTION NAME VALUE...",
                        "changes an option of a relay: " + String.join(", ", connections.options()),
                        connections::set),
                new Command(
                        "show proxy-settings", "NAME", "the settings as drbd.conf words them", connections::settings),
                new Command("show|list memusage", "", "what the BABs hold", none(listings::memusage)),
                new Command("show|list connections", "", "the relays, tab-separated", none(listings::connections)),
                new Command("show|list hconnections", "", "the relays, for people", none(listings::hconnections)),
                new Command(
                        "show|list subconnections", "", "the channels, tab-separated", none(listings::subconnections)),
                new Command(
                        "show|list hsubconnections", "", "the channels, for people", none(listings::hsubconnections)),
                new Command("show|list|print details", "", "DRBD's packets by type", none(listings::details)),
                new Command("show|list|print statistics", "", "counters, a line each", none(listings::statistics)),
                new Command("show avail-plugins", "", "the plugins there are", none(listings::plugins)),
                new Command("show", "", "the relays as commands that would make them", none(connections::commands)),
                new Command("version", "", "the version", none(listings::version)),
                new Command("help", "", "this", none(this::help)),
                new Command("quit|exit", "", "ends the prompt", none(() -> ProxyAnswer.NOTHING)),
                new Command("shutdown", "", "stops Forebay", none(() -> ProxyAnswer.SHUTDOWN)));
    }

    /** An action without arguments. */
    private interface Question {
        ProxyAnswer answer() throws ProxyRefusedException;
    }

    private static Action none(Question question) {
        return arguments -> question.answer();
    }

    /** Runs what the arguments of {@code drbd-proxy-ctl} ask for. */
    ProxyAnswer run(List<String> arguments) {
        ProxyCommandLine line = ProxyCommandLine.parse(arguments);
        if (!line.refusal().isEmpty()) {
            return ProxyAnswer.refusal(line.refusal());
        }
        ProxyAnswer all = ProxyAnswer.NOTHING;
        PluginSequences plugins = new PluginSequences();
        for (String command : line.commands()) {
            ProxyAnswer answer = run(plugins.counted(command));
            plugins.answered(answer.status() == ProxyAnswer.DONE);
            all = all.and(answer);
        }
        return all;
    }

    /** Runs one command. */
    ProxyAnswer run(String line) {
        List<String> words = Arrays.stream(line.strip().split("\\s+"))
                .filter(word -> !word.isEmpty())
                .toList();
        if (words.isEmpty()) {
            return ProxyAnswer.NOTHING;
        }
        Optional<Command> command = commands.stream().max(Comparator.comparingInt(known -> known.matches(words)));
        int own = command.map(known -> known.matches(words)).orElse(0);
        if (own == 0) {
            return ProxyAnswer.refusal("There is no command \"%s\": drbd-proxy-ctl help lists them."
                    .formatted(shortened(String.join(" ", words))));
        }
        List<String> arguments = words.subList(own, words.size());
        if (!command.get().takes(arguments.size())) {
            return ProxyAnswer.refusal("\"%s\" is not complete, or too much: write %s."
                    .formatted(shortened(String.join(" ", words)), command.get().usage()));
        }
        try {
            return command.get().action().run(arguments);
        } catch (ProxyRefusedException e) {
            return ProxyAnswer.refusal(e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("\"{}\" failed", shortened(line), e);
            return ProxyAnswer.refusal(
                    "\"%s\" failed (%s), which is a fault of Forebay's: see its log.".formatted(shortened(line), e));
        }
    }

    private static String shortened(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= 80 ? printable : printable.substring(0, 77) + "...";
    }

    private ProxyAnswer help() {
        return ProxyAnswer.text(commands.stream()
                .map(command -> "  %s\n        %s".formatted(command.usage(), command.sentence()))
                .collect(Collectors.joining(
                        "\n",
                        "drbd-proxy-ctl: configures and shows the relays of this Forebay.\n\n"
                                + "  drbd-proxy-ctl -c \"COMMAND\" [-c \"COMMAND\" ...]   some commands\n"
                                + "  drbd-proxy-ctl COMMAND                            one command\n"
                                + "  drbd-proxy-ctl                                    a prompt\n\n",
                        "")));
    }

    List<Command> all() {
        return commands;
    }

    /** What an argument of a command may be, as far as it can be listed. */
    List<String> argument(Command command, int index) {
        return switch (command.argument(index)) {
            case "NAME" -> connections.names();
            case "OPTION" -> connections.options();
            case "LEVEL" -> logLevel.levels();
            default -> List.of();
        };
    }

    void shutdown() {
        shutdown.run();
    }
}
