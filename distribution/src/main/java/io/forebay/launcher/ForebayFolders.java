/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.launcher;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where things are.
 *
 * @param home what is installed and never written to: {@code bin conf lib system}, and the defaults of the rest
 * @param base what belongs to one running Forebay: {@code etc deploy data run log tmp}; home itself unless told otherwise
 */
record ForebayFolders(Path home, Path base) {

    private static final String HOME = "forebay.home";
    private static final String BASE = "forebay.base";

    private static final String DEPLOY = "deploy";

    /** Files that a base needs; taken from home where it does not have its own. */
    private static final List<String> ETC_DEFAULTS = List.of("org.ops4j.pax.logging.cfg", "gosh_profile");

    /** From the system properties {@code forebay.home} (default: above the folder of our jar) and {@code forebay.base}. */
    static ForebayFolders find() throws LaunchException {
        String home = System.getProperty(HOME);
        String base = System.getProperty(BASE);
        Path homeFolder = absolute(home == null || home.isBlank() ? aboveOurJar() : Path.of(home));
        return new ForebayFolders(homeFolder, base == null || base.isBlank() ? homeFolder : absolute(Path.of(base)));
    }

    private static Path aboveOurJar() throws LaunchException {
        try {
            Path jar = Path.of(ForebayFolders.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return jar.toAbsolutePath().getParent().getParent();
        } catch (URISyntaxException | NullPointerException e) {
            throw new LaunchException(
                    ExitStatus.USAGE, "Forebay's home folder is not known; start with -D" + HOME + "=FOLDER.", e);
        }
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    Path system() {
        return home.resolve("system");
    }

    Path frameworkProperties() {
        return home.resolve("conf").resolve("framework.properties");
    }

    Path cache() {
        return base.resolve("data").resolve("cache");
    }

    Path tmp() {
        return base.resolve("tmp");
    }

    Path lock() {
        return base.resolve("run").resolve("forebay.lock");
    }

    Path pid() {
        return base.resolve("run").resolve("forebay.pid");
    }

    Path controlSocket() {
        return base.resolve("run").resolve("control.sock");
    }

    Path etc() {
        return base.resolve("etc");
    }

    /** The hot-deploy folders that are there: the base's own, and home's, which serves all bases. */
    List<Path> deploy() {
        return Stream.of(base, home)
                .map(folder -> folder.resolve(DEPLOY))
                .distinct()
                .filter(Files::isDirectory)
                .toList();
    }

    /** Makes the base's folders and its missing defaults. */
    void prepare() throws LaunchException {
        if (!Files.isDirectory(system())) {
            throw new LaunchException(
                    ExitStatus.USAGE,
                    "There are no bundles in " + system() + "; point -D" + HOME + " at an unpacked Forebay.");
        }
        try {
            for (String name : List.of("etc", "data", "run", "log", "tmp")) {
                create(base.resolve(name));
            }
            for (String name : ETC_DEFAULTS) {
                Path template = home.resolve("etc").resolve(name);
                if (Files.isRegularFile(template) && Files.notExists(etc().resolve(name))) {
                    Files.copy(template, etc().resolve(name));
                }
            }
            prepareDeploy();
        } catch (IOException e) {
            throw new LaunchException(
                    ExitStatus.USAGE,
                    "The base folder " + base + " cannot be written (" + e + "); give this user the right to, or"
                            + " choose another with -D" + BASE + "=FOLDER.",
                    e);
        }
    }

    /** A base may be another's but for the folders that are written to; without this one Forebay works all the same. */
    private void prepareDeploy() {
        Path own = base.resolve(DEPLOY);
        try {
            create(own);
        } catch (IOException e) {
            System.err.println("forebay: warning: The hot-deploy folder " + own + " is missing and cannot be made (" + e
                    + "); make it and start Forebay again if bundles are to be put there.");
        }
    }

    /** A link to a folder is as good, but to Java 17 it is a file that is in the way. */
    private static void create(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
    }

    /** Removes what a process that was killed left in {@code tmp}: unpacked native libraries, mostly. */
    void emptyTmp() {
        if (!Files.isDirectory(tmp(), LinkOption.NOFOLLOW_LINKS)) {
            return; // a link leads to a folder that others may use
        }
        try (Stream<Path> files = Files.walk(tmp())) {
            files.filter(file -> !file.equals(tmp()))
                    .sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println(
                    "forebay: warning: " + tmp() + " could not be emptied (" + e + "); nothing depends on it.");
        }
    }
}
