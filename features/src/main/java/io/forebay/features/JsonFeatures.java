/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.features;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureBundle;
import org.osgi.service.feature.FeatureService;
import org.osgi.service.feature.ID;

/** Our features, in the JSON of the OSGi Feature Service (Compendium 159). */
public final class JsonFeatures {

    /** One name per choice that an operator has. */
    public static final List<String> NAMES =
            List.of("core", "relay", "mapped", "zstd", "lz4", "shell", "control", "ssh", "systemd");

    /** The start levels, and what belongs at each. */
    public static final Map<Integer, String> START_LEVELS = Map.of(
            5, "logging and specifications",
            10, "Declarative Services, configuration, File Install",
            20, "libraries",
            30, "Gogo",
            50, "Forebay",
            80, "transports, so that ports open last",
            90, "who tells others that all is there");

    private static final String START_ORDER = "start-order";

    private JsonFeatures() {}

    /**
     * Reads one feature.
     *
     * @throws IllegalArgumentException if it is not a feature, or names a bundle without a known start level
     */
    public static Feature read(String name) throws IOException {
        FeatureService service = ServiceLoader.load(FeatureService.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no OSGi Feature Service on the class path"));
        try (InputStream json = JsonFeatures.class.getResourceAsStream("/features/" + name + ".json")) {
            if (json == null) {
                throw new IllegalArgumentException(
                        "no such feature: name=" + name + " (expected: one of " + NAMES + ")");
            }
            return service.readFeature(new InputStreamReader(json, StandardCharsets.UTF_8));
        }
    }

    /**
     * All bundles of the named features, each once, by their place in a repository.
     *
     * @throws IllegalArgumentException if two features disagree about a bundle's start level, or one is unknown
     */
    public static List<FeaturedBundle> bundles(List<String> names) throws IOException {
        Map<String, FeaturedBundle> byPath = new TreeMap<>();
        for (String name : names) {
            for (FeatureBundle entry : read(name).getBundles()) {
                FeaturedBundle bundle = bundle(name, entry);
                FeaturedBundle other = byPath.putIfAbsent(bundle.repositoryPath(), bundle);
                if (other != null && other.startLevel() != bundle.startLevel()) {
                    throw new IllegalArgumentException("features disagree about a start level: bundle="
                            + bundle.coordinates() + ", " + other.feature() + "=" + other.startLevel() + ", " + name
                            + "=" + bundle.startLevel());
                }
            }
        }
        return List.copyOf(byPath.values());
    }

    private static FeaturedBundle bundle(String feature, FeatureBundle entry) {
        ID id = entry.getID();
        Object order = entry.getMetadata().get(START_ORDER);
        if (!(order instanceof Number number) || !START_LEVELS.containsKey(number.intValue())) {
            throw new IllegalArgumentException("unknown start level: feature=" + feature + ", bundle=" + id + ", "
                    + START_ORDER + "=" + order + " (expected: one of "
                    + START_LEVELS.keySet().stream().sorted().toList() + ")");
        }
        String classifier = id.getClassifier().map(text -> "-" + text).orElse("");
        String path = id.getGroupId().replace('.', '/') + "/" + id.getArtifactId() + "/" + id.getVersion() + "/"
                + id.getArtifactId() + "-" + id.getVersion() + classifier + ".jar";
        return new FeaturedBundle(feature, id.toString(), path, number.intValue());
    }
}
