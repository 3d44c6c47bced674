/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.features;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Lays the bundles of all features out as {@code system/<start level>/*.jar}; a step of the distribution's build. */
public final class SystemFolder {

    private SystemFolder() {}

    /** Takes two arguments: a repository in Maven's layout, and the folder to (re)write. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException(
                    "wrong number of arguments: " + arguments.length + " (expected: REPOSITORY SYSTEM-FOLDER)");
        }
        write(JsonFeatures.bundles(JsonFeatures.NAMES), Path.of(arguments[0]), Path.of(arguments[1]));
    }

    /**
     * Writes the folder anew.
     *
     * @throws IllegalStateException if the repository lacks a bundle, or two bundles have one file name
     */
    static void write(List<FeaturedBundle> bundles, Path repository, Path system) throws IOException {
        Set<String> missing = missing(bundles, repository);
        if (!missing.isEmpty()) {
            throw new IllegalStateException("features name bundles that are no dependencies of the features module: "
                    + missing + "; add them to features/pom.xml, or correct the feature");
        }
        delete(system);
        for (FeaturedBundle bundle : bundles) {
            Path folder = Files.createDirectories(system.resolve("%02d".formatted(bundle.startLevel())));
            Files.copy(repository.resolve(bundle.repositoryPath()), folder.resolve(bundle.fileName()));
        }
    }

    /** Coordinates of those bundles that the repository does not have. */
    static Set<String> missing(List<FeaturedBundle> bundles, Path repository) {
        return bundles.stream()
                .filter(bundle -> !Files.isRegularFile(repository.resolve(bundle.repositoryPath())))
                .map(bundle -> bundle.coordinates() + " (feature " + bundle.feature() + ")")
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Paths of those jars in the repository that no feature names. */
    static Set<String> unnamed(List<FeaturedBundle> bundles, Path repository) throws IOException {
        Set<String> named = bundles.stream().map(FeaturedBundle::repositoryPath).collect(Collectors.toSet());
        try (Stream<Path> files = Files.walk(repository)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .map(file -> repository.relativize(file).toString().replace('\\', '/'))
                    .filter(path -> !named.contains(path))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
