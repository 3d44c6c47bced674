/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.keygen;

import io.forebay.tools.cli.Program;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code forebay keygen}: the keys by which sites know each other. */
@Command(
        name = "forebay keygen",
        sortOptions = false,
        description = "Makes the keys by which sites know each other on links with TLS, and changes them.",
        footer = {
            "",
            "forebay keygen alpha           keys for this site, in etc/tls of the base",
            "forebay keygen alpha beta      keys for both sites, ready to be copied to etc/tls of each",
            "forebay keygen --rotate        this site uses its next key from now on, which its peers know already",
            "",
            "A running Forebay sees new keys within seconds; connections that stand are kept."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:done", "1:the keys cannot be made, or are there already", "2:wrong options"})
public final class Keygen implements Callable<Integer> {
    private static final int DAYS_MAX = 36_500;

    @Parameters(arity = "0..*", paramLabel = "SITE", description = "a name for a site: letters, digits, . _ -")
    private List<String> sites = new ArrayList<>();

    @Option(names = "--rotate", description = "put the next key into use, and make another after it")
    private boolean rotate;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description =
                    "where keys are (default: etc/tls of the base; for several sites, a folder for each of them here)")
    private Path folder;

    @Option(
            names = "--days",
            paramLabel = "DAYS",
            defaultValue = "1095",
            description = "how long the certificates are good (default: 1095)")
    private int days;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final PrintStream out;
    private final PrintStream progress;

    private Keygen(PrintStream out, PrintStream progress) {
        this.out = out;
        this.progress = progress;
    }

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    /** Runs the command: the result to {@code out}, errors to {@code progress}. Returns the exit status. */
    static int run(PrintStream out, PrintStream progress, String... arguments) {
        return Program.run(new CommandLine(new Keygen(out, progress)), out, progress, arguments);
    }

    @Override
    public Integer call() throws InterruptedException {
        requireOptions();
        try {
            if (rotate) {
                rotate(keys(inPlace()));
            } else if (sites.size() == 1) {
                makeOne(keys(inPlace()), sites.get(0));
            } else {
                makeAll();
            }
            return CommandLine.ExitCode.OK;
        } catch (KeygenException e) {
            progress.println("forebay keygen: " + e.getMessage());
        } catch (AccessDeniedException e) {
            progress.println("forebay keygen: " + e.getFile()
                    + " cannot be written; run forebay keygen as root, or name another folder with --folder");
        } catch (IOException e) {
            progress.println("forebay keygen: " + e);
        }
        return Program.FAILED;
    }

    private void requireOptions() {
        require(rotate == sites.isEmpty(), "give the name of a site, or of several, or --rotate, one of the two");
        for (String site : sites) {
            require(site.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}"), "SITE is " + site + ", which is not a name");
        }
        require(new HashSet<>(sites).size() == sites.size(), "each SITE wants a name of its own");
        require(days >= 1 && days <= DAYS_MAX, "--days must lie between 1 and 36500, but is " + days);
    }

    private void require(boolean good, String sentence) {
        if (!good) {
            throw new ParameterException(spec.commandLine(), sentence);
        }
    }

    private Path inPlace() {
        return folder != null ? folder : Path.of(System.getProperty("forebay.base", ""), "etc", "tls");
    }

    private static SiteKeys keys(Path folder) {
        boolean root = "root".equals(System.getProperty("user.name"));
        return new SiteKeys(folder.toAbsolutePath().normalize(), root ? System.getProperty("forebay.user", "") : "");
    }

    private static void requireNone(SiteKeys keys) throws KeygenException {
        if (keys.exist()) {
            throw new KeygenException("There are keys in " + keys.folder()
                    + " already; change them with forebay keygen --rotate, or remove them first");
        }
    }

    private void makeOne(SiteKeys keys, String site) throws KeygenException, IOException, InterruptedException {
        requireNone(keys);
        keys.make(site, days);
        out.printf("Keys of %s are in %s: %s%n", site, keys.folder(), keys.describe());
        out.printf(
                "Copy %s to etc/tls/peers of each peer, and what forebay keygen made there to %s.%n",
                keys.published(), keys.peers());
    }

    private void makeAll() throws KeygenException, IOException, InterruptedException {
        Path parent = folder == null ? Path.of("") : folder;
        List<SiteKeys> all =
                sites.stream().map(site -> keys(parent.resolve(site))).toList();
        for (SiteKeys keys : all) {
            requireNone(keys);
        }
        for (int i = 0; i < all.size(); i++) {
            all.get(i).make(sites.get(i), days);
            out.printf(
                    "Keys of %s are in %s: %s%n",
                    sites.get(i), all.get(i).folder(), all.get(i).describe());
        }
        for (SiteKeys keys : all) {
            for (SiteKeys other : all) {
                if (other != keys) {
                    keys.trust(other);
                }
            }
        }
        out.println(
                "Copy what is in each of these folders to etc/tls of its site, over a line that nobody reads, and remove"
                        + " it here. site.p12 must stay closed to all but the user that Forebay runs as.");
    }

    private void rotate(SiteKeys keys) throws KeygenException, IOException, InterruptedException {
        if (!keys.exist()) {
            throw new KeygenException("There are no keys in " + keys.folder() + "; make them with forebay keygen SITE");
        }
        keys.rotate(days);
        out.printf("%s uses its next key from now on: %s. Its peers know it already.%n", keys.site(), keys.describe());
        out.printf(
                "Copy %s to etc/tls/peers of each peer before the next rotation; with that they also forget the former key.%n",
                keys.published());
    }
}
