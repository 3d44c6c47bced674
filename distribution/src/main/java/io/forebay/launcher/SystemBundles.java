/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;

/** The bundles in {@code system/<start level>/*.jar}: installed by reference, so that there is no second copy of them. */
final class SystemBundles {
    private static final String REFERENCE = "reference:";

    private final BundleContext context;
    private final Path system;
    private final List<Bundle> installed = new ArrayList<>();
    private int highestLevel = 1;

    SystemBundles(BundleContext context, Path system) {
        this.context = context;
        this.system = system;
    }

    /** Installs all and marks them for start; the framework starts them when it reaches their level. */
    void install() throws LaunchException {
        try (Stream<Path> levels = Files.list(system)) {
            for (Path folder : levels.filter(Files::isDirectory).sorted().toList()) {
                install(folder, level(folder));
            }
        } catch (IOException | UncheckedIOException e) {
            throw new LaunchException(
                    ExitStatus.FAILED, "The bundles in " + system + " cannot be read (" + e + ").", e);
        }
        uninstallGone();
        for (Bundle bundle : installed) {
            if (!fragment(bundle)) {
                start(bundle);
            }
        }
    }

    private int level(Path folder) throws LaunchException {
        try {
            int level = Integer.parseInt(folder.getFileName().toString());
            if (level >= 1) {
                highestLevel = Math.max(highestLevel, level);
                return level;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new LaunchException(
                ExitStatus.FAILED,
                "The folder " + folder + " is not named after a start level; remove it, or name it 1 or higher.");
    }

    private void install(Path folder, int level) throws IOException, LaunchException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path jar : files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList()) {
                Bundle bundle = context.installBundle(REFERENCE + jar.toUri());
                bundle.adapt(BundleStartLevel.class).setStartLevel(level);
                installed.add(bundle);
            }
        } catch (BundleException e) {
            throw new LaunchException(
                    ExitStatus.FAILED, "A bundle in " + folder + " cannot be installed: " + e.getMessage() + ".", e);
        }
    }

    /** A framework whose cache is kept remembers jars that an upgrade has replaced. */
    private void uninstallGone() throws LaunchException {
        Set<Bundle> present = new HashSet<>(installed);
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getLocation().startsWith(REFERENCE + system.toUri()) && !present.contains(bundle)) {
                try {
                    bundle.uninstall();
                } catch (BundleException e) {
                    throw new LaunchException(
                            ExitStatus.FAILED, "The old bundle " + name(bundle) + " cannot be removed.", e);
                }
            }
        }
    }

    private static void start(Bundle bundle) throws LaunchException {
        try {
            // The framework is below the bundle's level still: this records the wish only.
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        } catch (BundleException e) {
            throw new LaunchException(ExitStatus.FAILED, "The bundle " + name(bundle) + " cannot be started.", e);
        }
    }

    private static boolean fragment(Bundle bundle) {
        return bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null;
    }

    int count() {
        return installed.size();
    }

    /** The highest start level of any bundle. */
    int highestLevel() {
        return highestLevel;
    }

    /** One sentence for each bundle that is not what it should be: active, or, if a fragment, resolved. */
    List<String> problems() {
        List<String> sentences = new ArrayList<>();
        for (Bundle bundle : installed) {
            if (bundle.getState() == Bundle.INSTALLED) {
                sentences.add("The bundle " + name(bundle) + " stays unresolved: " + reason(bundle));
            } else if (!fragment(bundle) && (bundle.getState() & (Bundle.ACTIVE | Bundle.STARTING)) == 0) {
                sentences.add("The bundle " + name(bundle) + " does not start: " + reason(bundle));
            }
        }
        return sentences;
    }

    /** Tries once more, because the framework's own words are the reason. */
    private static String reason(Bundle bundle) {
        if (fragment(bundle)) {
            return "no bundle is there that it can be a fragment of.";
        }
        try {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
            return "it started at the second attempt only.";
        } catch (BundleException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return String.valueOf(cause.getMessage() == null ? cause : cause.getMessage())
                            .replaceAll("\\s+", " ")
                            .replaceFirst(" Unresolved requirements: .*", "")
                            .strip()
                    + ".";
        }
    }

    private static String name(Bundle bundle) {
        return bundle.getSymbolicName() + " " + bundle.getVersion();
    }
}
