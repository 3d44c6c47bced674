/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.testkit.Forebay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The deploy folder that a new base is given. */
class DeployFolderIT {
    private static final String NAME = "com.example.empty";
    private static final Pattern ACTIVE = Pattern.compile("\\|Active +\\| +\\d+\\|" + Pattern.quote(NAME) + " ");
    private static final long DEADLINE_SECONDS = 60;

    @TempDir
    Path folder;

    private Forebay.Running running;

    @AfterEach
    void leaveNothingRunning() throws InterruptedException {
        if (running != null) {
            running.process().destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldStartABundleThatIsPutIntoTheDeployFolderOfANewBase() throws IOException, InterruptedException {
        Forebay forebay = new Forebay(folder.resolve("base"));
        running = forebay.begin("run");
        running.awaitReady();
        assertThat(bundles(forebay)).doesNotContain(NAME);

        Path jar = forebay.base().resolve("deploy").resolve(NAME + ".jar");
        Files.move(emptyBundle(), jar); // in one step, so that nobody sees half of it
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        String seen = bundles(forebay);
        while (!ACTIVE.matcher(seen).find()) {
            assertThat(System.nanoTime()).as(seen).isLessThan(deadlineNs);
            seen = bundles(forebay);
        }
    }

    private static String bundles(Forebay forebay) throws IOException, InterruptedException {
        Forebay.Result list = forebay.call("client", "lb", "-s");
        assertThat(list.status()).as(list.err()).isZero();
        return list.out();
    }

    private Path emptyBundle() throws IOException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", NAME);
        Path jar = folder.resolve(NAME + ".jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }
}
