/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.options;
import static org.ops4j.pax.exam.CoreOptions.systemPackage;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.options.UrlProvisionOption;
import org.osgi.framework.Constants;

/** What a test starts: all bundles of the packed distribution, at their start levels. */
final class PackedDistribution {

    private static final Path SYSTEM = Path.of(System.getProperty("forebay.home"), "system");
    private static final int HIGHEST_LEVEL = 90;

    private PackedDistribution() {}

    static Option[] started() throws IOException {
        return options(
                junitBundles(),
                composite(systemBundles().toArray(Option[]::new)),
                systemPackage("io.forebay.testkit.drbd;version=1.0.0"),
                // what the launcher would set
                frameworkProperty("gosh.home").value(System.getProperty("forebay.home")),
                frameworkProperty("gosh.args").value("--nointeractive --noshutdown"),
                frameworkProperty("org.ops4j.pax.logging.DefaultServiceLog.level")
                        .value("ERROR"),
                frameworkProperty("felix.fileinstall.enableConfigSave").value("false"),
                frameworkProperty("forebay.base").value(base().toString()),
                systemProperty("java.io.tmpdir").value(base().toString()),
                frameworkStartLevel(HIGHEST_LEVEL));
    }

    /** The folder for what the framework writes. */
    static Path base() throws IOException {
        Path base = Path.of("target", "base").toAbsolutePath();
        Files.createDirectories(base.resolve("run"));
        return base;
    }

    /** The file of one of our bundles. */
    static Path jar(String symbolicName) throws IOException {
        try (Stream<Path> files = Files.walk(SYSTEM)) {
            return files.filter(path -> path.getFileName().toString().matches(symbolicName + "-\\d.*\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<Option> systemBundles() throws IOException {
        List<Option> bundles = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SYSTEM)) {
            for (Path jar : files.filter(path -> path.toString().endsWith(".jar"))
                    .sorted()
                    .toList()) {
                UrlProvisionOption option = bundle(jar.toUri().toString())
                        .startLevel(
                                Integer.parseInt(jar.getParent().getFileName().toString()));
                bundles.add(fragment(jar) ? option.noStart() : option);
            }
        }
        return bundles;
    }

    private static boolean fragment(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getManifest().getMainAttributes().getValue(Constants.FRAGMENT_HOST) != null;
        }
    }
}
