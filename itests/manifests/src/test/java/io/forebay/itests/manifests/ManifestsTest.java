/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.manifests;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.header.Attrs;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The table of arrows between our bundles: a new arrow is a decision, and is made here. */
class ManifestsTest {
    private static final String BAB = "io.forebay.api.bab";
    private static final String CODEC = "io.forebay.api.codec";
    private static final String TRANSPORT = "io.forebay.api.transport";
    private static final String PROXY = "io.forebay.api.proxy";
    private static final String TEXT = "io.forebay.api.text";
    private static final String STATE = "io.forebay.api.state";
    private static final String RELAY = "io.forebay.api.relay";
    private static final String SESSION = "io.forebay.shell.session";
    private static final String ED25519 = "io.forebay.ssh.ed25519";
    private static final String DRBD = "io.forebay.drbd";

    /** Every bundle, and the packages of ours that it may import. Providers know one; nobody knows the engine. */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.ofEntries(
            entry("io.forebay.api", Set.of()),
            entry("io.forebay.drbd", Set.of()),
            entry("io.forebay.state", Set.of(STATE)),
            entry("io.forebay.bab.heap", Set.of(BAB)),
            entry("io.forebay.bab.direct", Set.of(BAB)),
            entry("io.forebay.bab.mapped", Set.of(BAB)),
            entry("io.forebay.codec.zstd", Set.of(CODEC)),
            entry("io.forebay.codec.lz4", Set.of(CODEC)),
            entry("io.forebay.codec.deflate", Set.of(CODEC)),
            entry("io.forebay.transport", Set.of(TRANSPORT)),
            entry("io.forebay.engine", Set.of(BAB, CODEC, TRANSPORT, STATE, RELAY, TEXT, DRBD)),
            entry("io.forebay.config", Set.of(RELAY, STATE, PROXY, TEXT)),
            entry("io.forebay.shell", Set.of(RELAY, STATE, PROXY, TEXT)),
            entry("io.forebay.control", Set.of(RELAY, STATE, PROXY, TEXT, SESSION)),
            entry("io.forebay.ssh", Set.of(TEXT, SESSION, ED25519)),
            entry("io.forebay.ssh.ed25519", Set.of()),
            entry("io.forebay.systemd", Set.of(RELAY, STATE, TRANSPORT)),
            entry("io.forebay.events", Set.of(STATE)));

    private static List<OurBundle> bundles;

    @BeforeAll
    static void readManifests() throws IOException {
        bundles = OurBundle.all();
    }

    @Test
    void shouldHaveEveryBundleInTheTable() {
        assertThat(bundles).extracting(OurBundle::name).containsExactlyInAnyOrderElementsOf(MAY_IMPORT.keySet());
    }

    @Test
    void shouldHaveNoArrowThatIsNotInTheTable() {
        assertThat(bundles)
                .allSatisfy(bundle -> assertThat(MAY_IMPORT.get(bundle.name()))
                        .as("what %s may import", bundle.name())
                        .containsAll(bundle.arrows()));
    }

    @Test
    void shouldReachOtherBundlesByImportedPackagesOnly() {
        assertThat(bundles).allSatisfy(bundle -> {
            assertThat(bundle.headers().getValue("Require-Bundle"))
                    .as(bundle.name())
                    .isNull();
            assertThat(bundle.headers().getValue("DynamicImport-Package"))
                    .as(bundle.name())
                    .isNull();
        });
    }

    @Test
    void shouldHaveNoPackageInTwoBundles() {
        Map<String, String> owners = new HashMap<>();
        for (OurBundle bundle : bundles) {
            assertThat(bundle.packages()).as("packages of %s", bundle.name()).isNotEmpty();
            for (String name : bundle.packages()) {
                assertThat(owners.put(name, bundle.name()))
                        .as("package %s is in %s and also in", name, bundle.name())
                        .isNull();
                assertThat(name)
                        .as("a package of %s begins with the bundle's name", bundle.name())
                        .matches(text -> text.equals(bundle.name()) || text.startsWith(bundle.name() + "."));
            }
        }
    }

    @Test
    void shouldGiveEveryExportedPackageAVersion() {
        for (OurBundle bundle : bundles) {
            for (Map.Entry<String, Attrs> clause :
                    bundle.clauses("Export-Package").entrySet()) {
                assertThat(clause.getValue().getVersion())
                        .as("version of %s, exported by %s", clause.getKey(), bundle.name())
                        .isNotNull()
                        .isNotEqualTo("0.0.0");
            }
        }
    }

    @Test
    void shouldRunOnJava17() {
        assertThat(bundles)
                .allSatisfy(bundle -> assertThat(bundle.headers().getValue("Require-Capability"))
                        .as(bundle.name())
                        .contains("(osgi.ee=JavaSE)(version=17)"));
    }
}
