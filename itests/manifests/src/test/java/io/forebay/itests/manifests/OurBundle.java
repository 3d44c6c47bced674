/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.manifests;

import aQute.bnd.header.OSGiHeader;
import aQute.bnd.header.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A bundle of ours on the class path, a jar or a folder of classes.
 *
 * @param name its symbolic name
 * @param headers its manifest
 * @param packages those that hold classes
 */
record OurBundle(String name, Attributes headers, Set<String> packages) {

    /** All of them. */
    static List<OurBundle> all() throws IOException {
        List<OurBundle> bundles = new ArrayList<>();
        for (URL url : Collections.list(OurBundle.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            try (InputStream bytes = url.openStream()) {
                Attributes headers = new Manifest(bytes).getMainAttributes();
                String name = headers.getValue("Bundle-SymbolicName");
                if (name != null && name.startsWith("io.forebay.")) {
                    bundles.add(new OurBundle(name, headers, packages(url)));
                }
            }
        }
        return bundles;
    }

    private static Set<String> packages(URL manifest) throws IOException {
        URLConnection connection = manifest.openConnection();
        if (connection instanceof JarURLConnection jar) {
            return jar.getJarFile().stream()
                    .map(entry -> entry.getName())
                    .filter(OurBundle::isClass)
                    .map(OurBundle::packageOf)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        Path classes = Path.of(URI.create(manifest.toString())).getParent().getParent();
        try (Stream<Path> files = Files.walk(classes)) {
            return files.map(file -> classes.relativize(file).toString().replace('\\', '/'))
                    .filter(OurBundle::isClass)
                    .map(OurBundle::packageOf)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static boolean isClass(String path) {
        return path.endsWith(".class") && path.contains("/") && !path.startsWith("META-INF/");
    }

    private static String packageOf(String path) {
        return path.substring(0, path.lastIndexOf('/')).replace('/', '.');
    }

    /** The clauses of a header; none if the manifest does not have it. */
    Parameters clauses(String header) {
        return OSGiHeader.parseHeader(headers.getValue(header));
    }

    /** Packages of ours that it imports and does not export itself. */
    Set<String> arrows() {
        Set<String> arrows = new TreeSet<>(clauses("Import-Package").keySet());
        arrows.removeIf(name -> !name.startsWith("io.forebay."));
        arrows.removeAll(clauses("Export-Package").keySet());
        return arrows;
    }
}
