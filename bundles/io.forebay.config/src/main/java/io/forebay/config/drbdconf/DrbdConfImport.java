/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import com.fasterxml.jackson.jr.ob.JSON;
import io.forebay.api.proxy.ProxySection;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * The program {@code FILE [--host NAME] [--json|--commands]}: prints the relays that a {@code drbd.conf} has for a host.
 * Exit status: 0 read, whether or not there is a relay for the host; 1 the file cannot be used; 2 wrong use.
 */
public final class DrbdConfImport {

    private static final String USAGE = "usage: FILE [--host NAME] [--json|--commands]";

    private enum Form {
        TEXT,
        JSON,
        COMMANDS
    }

    private static final class UsageException extends Exception {
        private static final long serialVersionUID = 1;

        UsageException(String sentence) {
            super(sentence, null, false, false);
        }
    }

    private Path file;
    private String host;
    private Form form = Form.TEXT;

    private DrbdConfImport() {}

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        int status = run(List.of(arguments), out, err);
        out.flush();
        System.exit(status);
    }

    /** The program without the end of the process; gives the exit status. */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        try {
            DrbdConfImport self = new DrbdConfImport();
            self.take(arguments);
            self.print(DrbdConf.read(self.file), out, err);
            return 0;
        } catch (UsageException e) {
            err.println(e.getMessage());
            return 2;
        } catch (DrbdConfException e) {
            err.println(e.getMessage());
            return 1;
        } catch (IOException e) {
            err.println("the relays cannot be written (" + e.getMessage() + "): see where the output goes.");
            return 1;
        }
    }

    private void take(List<String> arguments) throws UsageException {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--host")) {
                i++;
                if (i == arguments.size() || arguments.get(i).isEmpty()) {
                    throw new UsageException("--host is not followed by a name: write for example --host alice.");
                }
                host = arguments.get(i);
            } else if (argument.equals("--json") || argument.equals("--commands")) {
                if (form != Form.TEXT) {
                    throw new UsageException("only one of --json and --commands can be had: leave one out.");
                }
                form = argument.equals("--json") ? Form.JSON : Form.COMMANDS;
            } else if (argument.startsWith("-") || argument.isEmpty()) {
                throw new UsageException("\"" + argument + "\" is not understood; " + USAGE + ".");
            } else if (file != null) {
                throw new UsageException("there is one file too many, " + argument + "; " + USAGE + ".");
            } else {
                file = path(argument);
            }
        }
        if (file == null) {
            throw new UsageException("no file is named; " + USAGE + ".");
        }
        if (host == null) {
            host = HostName.ofThisMachine()
                    .orElseThrow(() -> new UsageException(
                            "the name of this machine cannot be found out: give it with --host NAME."));
        }
    }

    private static Path path(String argument) throws UsageException {
        try {
            return Path.of(argument);
        } catch (InvalidPathException e) {
            throw new UsageException("\"" + argument + "\" cannot be the name of a file: correct it.");
        }
    }

    private void print(DrbdConf conf, PrintStream out, PrintStream err) throws IOException {
        List<ProxySection> sections = conf.connections(host);
        if (sections.isEmpty()) {
            err.println(file + " has no relay for the host " + host + ": "
                    + (conf.proxyHosts().isEmpty()
                            ? "no connection in it goes through a proxy."
                            : "give one of its proxy hosts with --host: " + String.join(", ", conf.proxyHosts())
                                    + "."));
        }
        switch (form) {
            case TEXT -> {
                if (!sections.isEmpty()) {
                    out.println(DrbdConfListing.text(sections));
                }
            }
            case JSON ->
                out.println(JSON.std
                        .with(JSON.Feature.PRETTY_PRINT_OUTPUT)
                        .asString(sections.stream().map(DrbdConfListing::fields).toList()));
            case COMMANDS ->
                sections.forEach(section -> section.connection().commands().forEach(out::println));
        }
    }
}
