/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.osgi.service.feature.Feature;

class JsonFeaturesTest {

    private static final List<String> NAMES = JsonFeatures.NAMES;

    @TempDir
    Path folder;

    @ParameterizedTest
    @FieldSource("NAMES")
    void shouldNameItselfAndItsBundles(String name) throws IOException {
        Feature feature = JsonFeatures.read(name);
        assertThat(feature.getID().getClassifier()).contains(name);
        assertThat(feature.getDescription()).isPresent();
        assertThat(JsonFeatures.bundles(List.of(name))).isNotEmpty().allSatisfy(bundle -> {
            assertThat(bundle.coordinates()).doesNotContain("$");
            assertThat(JsonFeatures.START_LEVELS).containsKey(bundle.startLevel());
        });
    }

    @Test
    void shouldPlaceABundleWithAClassifierWhereMavenKeepsIt() throws IOException {
        assertThat(JsonFeatures.bundles(List.of("relay")))
                .filteredOn(bundle -> bundle.fileName().startsWith("netty-transport-native-epoll"))
                .singleElement()
                .satisfies(bundle -> assertThat(bundle.repositoryPath())
                        .matches("io/netty/netty-transport-native-epoll/([^/]+)/"
                                + "netty-transport-native-epoll-\\1-linux-x86_64\\.jar"));
    }

    @Test
    void shouldSayWhichFeaturesThereAreWhenOneIsUnknown() {
        assertThatThrownBy(() -> JsonFeatures.read("nonsense"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nonsense")
                .hasMessageContaining("core");
    }

    @Test
    void shouldRefuseToLayOutABundleThatIsNoDependency() {
        FeaturedBundle absent = new FeaturedBundle("relay", "a:b:1", "a/b/1/b-1.jar", 50);
        assertThatThrownBy(() -> SystemFolder.write(List.of(absent), folder, folder.resolve("system")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a:b:1 (feature relay)");
    }

    @Test
    void shouldReplaceWhatAnEarlierBuildLeft() throws IOException {
        Path repository = folder.resolve("repository");
        Path jar = repository.resolve("a/b/1/b-1.jar");
        Files.createDirectories(jar.getParent());
        Files.writeString(jar, "new");
        Path stale = folder.resolve("system/50/b-0.jar");
        Files.createDirectories(stale.getParent());
        Files.writeString(stale, "old");
        SystemFolder.write(
                List.of(new FeaturedBundle("relay", "a:b:1", "a/b/1/b-1.jar", 5)),
                repository,
                folder.resolve("system"));
        assertThat(folder.resolve("system/05/b-1.jar")).hasContent("new");
        assertThat(stale).doesNotExist();
    }
}
