/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** Needs the artifacts themselves, so it runs once they are packaged. */
class FeaturesIT {

    private final Path repository = Path.of(System.getProperty("repository"));

    @Test
    void shouldNameExactlyTheDependenciesOfThisModule() throws IOException {
        List<FeaturedBundle> bundles = JsonFeatures.bundles(JsonFeatures.NAMES);
        assertThat(SystemFolder.missing(bundles, repository))
                .as("in a feature, but no dependency")
                .isEmpty();
        assertThat(SystemFolder.unnamed(bundles, repository))
                .as("a dependency, but in no feature")
                .isEmpty();
    }

    @Test
    void shouldNameOnlyBundles() throws IOException {
        for (FeaturedBundle bundle : JsonFeatures.bundles(JsonFeatures.NAMES)) {
            try (JarFile jar =
                    new JarFile(repository.resolve(bundle.repositoryPath()).toFile())) {
                assertThat(jar.getManifest().getMainAttributes().getValue("Bundle-SymbolicName"))
                        .as(bundle.coordinates())
                        .isNotNull();
            }
        }
    }
}
