/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Opens the files of one configuration, within limits, each once. For one thread. */
final class DrbdConfFiles {

    static final int FILE_BYTES_MAX = 16 << 20;
    static final long TOTAL_BYTES_MAX = 64L << 20;
    static final int FILES_MAX = 10_000;
    /** Each star multiplies the work that a name takes. */
    private static final int STARS_MAX = 6;

    private final Set<Path> seen = new HashSet<>();
    private long totalBytes;

    /** The tokens of a file, or {@code null} if it was read before: drbdadm, too, reads a file that is included twice once. */
    DrbdConfLexer openOnce(Path file, DrbdConfPlace asker) throws DrbdConfException {
        Path real;
        try {
            real = file.toRealPath();
        } catch (IOException e) {
            real = file.toAbsolutePath().normalize();
        }
        return seen.add(real) ? open(file, asker) : null;
    }

    /** The tokens of a file. */
    DrbdConfLexer open(Path file, DrbdConfPlace asker) throws DrbdConfException {
        if (!Files.exists(file)) {
            throw new DrbdConfException(asker, "there is no file " + file + ": correct the name, or create the file.");
        }
        if (!Files.isRegularFile(file)) {
            throw new DrbdConfException(
                    asker,
                    file + " is not a regular file, and only those are read: name the configuration file itself.");
        }
        if (seen.size() > FILES_MAX) {
            throw new DrbdConfException(
                    asker,
                    file + " is one file too many, because at most " + FILES_MAX
                            + " are read: include fewer, or split the configuration.");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(FILE_BYTES_MAX + 1);
        } catch (IOException e) {
            throw new DrbdConfException(
                    asker, file + " cannot be read (" + e.getMessage() + "): allow this user to read it.");
        }
        totalBytes += bytes.length;
        if (bytes.length > FILE_BYTES_MAX || totalBytes > TOTAL_BYTES_MAX) {
            throw new DrbdConfException(
                    asker,
                    file + " is too large, because one file may have " + (FILE_BYTES_MAX >> 20)
                            + " MiB and all together " + (TOTAL_BYTES_MAX >> 20) + " MiB: is this a drbd.conf at all?");
        }
        return new DrbdConfLexer(file.toString(), new String(bytes, StandardCharsets.UTF_8));
    }

    /** The file that a name stands for, seen from a folder. */
    static Path named(Path folder, String name, DrbdConfPlace asker) throws DrbdConfException {
        try {
            return folder.resolve(name);
        } catch (InvalidPathException e) {
            throw new DrbdConfException(asker, "\"" + name + "\" is not the name of a file: correct it.");
        }
    }

    /**
     * The files that a pattern of glob(7) names, sorted; a pattern without special characters names itself.
     *
     * @param folder where a relative pattern begins
     */
    static List<Path> matching(Path folder, String pattern, DrbdConfPlace asker) throws DrbdConfException {
        if (pattern.chars().filter(c -> c == '*').count() > STARS_MAX) {
            throw new DrbdConfException(
                    asker, "\"" + pattern + "\" has more than " + STARS_MAX + " stars: write a simpler pattern.");
        }
        try {
            List<Path> found = List.of(pattern.startsWith("/") ? Path.of("/") : folder);
            for (String part : pattern.split("/+")) {
                if (!part.isEmpty()) {
                    found = inside(found, part);
                }
            }
            boolean plain = pattern.chars().noneMatch(c -> "*?[".indexOf(c) >= 0);
            return found.isEmpty() && plain ? List.of(folder.resolve(pattern)) : found;
        } catch (InvalidPathException | PatternSyntaxException e) {
            throw new DrbdConfException(
                    asker, "\"" + pattern + "\" is not the name of a file or a pattern of names: correct it.");
        } catch (IOException | DirectoryIteratorException e) {
            throw new DrbdConfException(
                    asker,
                    "the files \"" + pattern + "\" cannot be listed (" + e.getMessage()
                            + "): allow this user to read the folder.");
        }
    }

    private static List<Path> inside(List<Path> folders, String part) throws IOException {
        List<Path> found = new ArrayList<>();
        boolean plain = part.chars().noneMatch(c -> "*?[\\".indexOf(c) >= 0);
        for (Path folder : folders) {
            if (plain) {
                Path file = folder.resolve(part);
                if (Files.exists(file)) {
                    found.add(file);
                }
            } else if (Files.isDirectory(folder)) {
                Pattern names = Pattern.compile(regex(part), Pattern.DOTALL);
                Set<String> sorted = new TreeSet<>();
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                    entries.forEach(entry -> sorted.add(entry.getFileName().toString()));
                }
                sorted.stream()
                        .filter(name -> part.startsWith(".") || !name.startsWith("."))
                        .filter(name -> names.matcher(name).matches())
                        .forEach(name -> found.add(folder.resolve(name)));
            }
        }
        return found;
    }

    /** The regular expression of one part of a pattern. */
    private static String regex(String part) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            // a bracket that stands first in a set belongs to it
            int close = c == '[' ? part.indexOf(']', i + (part.startsWith("!", i + 1) ? 3 : 2)) : -1;
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else if (close > 0) {
                String set = part.substring(i + 1, close);
                boolean not = set.startsWith("!");
                regex.append(not ? "[^" : "[")
                        .append(set.substring(not ? 1 : 0).replaceAll("[\\\\\\[\\]&^]", "\\\\$0"))
                        .append(']');
                i = close;
            } else {
                boolean escaped = c == '\\' && i + 1 < part.length();
                regex.append(Pattern.quote(String.valueOf(escaped ? part.charAt(++i) : c)));
            }
        }
        return regex.toString();
    }
}
