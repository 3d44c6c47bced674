/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import static org.junit.Assert.assertEquals;

import io.forebay.api.codec.Codec;
import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.ChannelState;
import io.forebay.itests.pax.plugins.FaultyCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.cm.ConfigurationAdmin;

/** Which plug-in a relay takes, and what it does without any, under load. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class PlugInChoiceIT {

    private static final String VENDOR = "com.example.codec";
    private static final long BYTES_PER_SECOND = 20 << 20;
    private static final long ENOUGH_BYTES = 4 << 20;
    private static final long SOME_RECORDS = 20;

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    @Inject
    private Relays relays;

    private final List<Bundle> stopped = new ArrayList<>();
    private LoadedLine line;

    @Configuration
    public static Option[] distribution() throws IOException {
        return PackedDistribution.started();
    }

    @After
    public void restore() throws IOException, InterruptedException, BundleException {
        startAgain();
        line.remove();
    }

    private void configure(String codec, String allocator) throws IOException {
        line = new LoadedLine(
                () -> relays,
                configurations,
                "line",
                Map.of("memlimit", "16M", "codec", codec, "allocator", allocator));
    }

    @Test
    public void shouldTakeTheVersionWithTheHighestRankingThatTheTargetAllows() throws Exception {
        configure("sample", "heap");
        Bundle first = install("1.0.0", 0);
        line.load(BYTES_PER_SECOND, 1);
        awaitUse("1.0.0");
        Bundle second = install("2.0.0", 10);
        awaitUse("2.0.0");
        line.set("codec.target", "(!(bundle.version>=2))");
        awaitUse("1.0.0");
        line.set("codec.target", "(bundle.version>=2)");
        awaitUse("2.0.0");
        second.uninstall();
        awaitRaw("(bundle.version>=2)");
        line.set("codec.target", "");
        awaitUse("1.0.0");
        awaitCompressed();
        assertNothingWasLost();
        first.uninstall();
    }

    private Bundle install(String version, int ranking) throws IOException, BundleException {
        PlugInBundle plugIn = new PlugInBundle(
                VENDOR, version, FaultyCodec.class, Codec.class, Map.of("service.ranking", String.valueOf(ranking)));
        Bundle bundle = context.installBundle("test:" + version, plugIn.jar());
        bundle.start();
        return bundle;
    }

    private void awaitUse(String version) throws InterruptedException {
        Await.until(
                () -> "both relays use version " + version + ": " + relays.plugIns(),
                () -> relays.plugIns().stream()
                        .filter(one -> one.bundle().equals(VENDOR + " " + version))
                        .map(PlugInStatus::relays)
                        .anyMatch(users -> users.containsAll(List.of("line-near", "line-far"))));
        line.awaitCarried(ENOUGH_BYTES);
    }

    @Test
    public void shouldCarryRawRecordsWhileThereIsNoCodecAndCompressAgainLater() throws Exception {
        configure("zstd level 1", "direct");
        line.load(BYTES_PER_SECOND, 2);
        awaitCompressed();
        stopAll("io.forebay.codec.");
        awaitRaw("there is no codec zstd");
        line.awaitCarried(ENOUGH_BYTES);
        startAgain();
        awaitCompressed();
        Await.until(() -> "no problem is left: " + line.sites(), () -> hasProblems(""));
        assertNothingWasLost();
    }

    @Test
    public void shouldKeepSessionsWithoutAnyAllocatorAndGoOnWhenThereIsOne() throws Exception {
        configure("zstd level 1", "direct");
        line.load(BYTES_PER_SECOND, 3);
        stopAll("io.forebay.bab.");
        Await.until(() -> "both say why: " + line.sites(), () -> hasProblems("there is no BAB allocator direct"));
        line.awaitCarried(ENOUGH_BYTES);
        startAgain();
        Await.until(() -> "both use it again: " + line.sites(), () -> hasProblems(""));
        line.awaitCarried(ENOUGH_BYTES);
        assertNothingWasLost();
    }

    @Test
    public void shouldBeAllocatingWithAReasonUntilThereIsAnAllocator() throws Exception {
        stopAll("io.forebay.bab.");
        configure("none", "mapped");
        Await.until(
                () -> "both are allocating and say why: " + line.sites(),
                () -> line.sites().stream()
                                .filter(site -> site.channels().stream()
                                        .anyMatch(channel -> channel.state() == ChannelState.ALLOCATING
                                                && channel.reason().contains("there is no BAB allocator mapped")))
                                .count()
                        == 2);
        startAgain();
        line.load(BYTES_PER_SECOND, 4);
        line.awaitCarried(ENOUGH_BYTES);
        assertNothingWasLost();
    }

    private void stopAll(String prefix) throws BundleException {
        for (Bundle bundle : Arrays.stream(context.getBundles())
                .filter(one -> one.getSymbolicName().startsWith(prefix))
                .toList()) {
            bundle.stop();
            stopped.add(bundle);
        }
    }

    private void startAgain() throws BundleException {
        for (Bundle bundle : stopped) {
            bundle.start();
        }
        stopped.clear();
    }

    /** Waits until records are compressed. */
    private void awaitCompressed() throws InterruptedException {
        long[] before = line.records();
        Await.until(
                () -> "records are compressed: " + line.sites(),
                () -> line.records()[0] - line.records()[1] > before[0] - before[1] + SOME_RECORDS);
    }

    /** Waits until every record is raw, and the relays say why. */
    private void awaitRaw(String why) throws InterruptedException {
        Await.until(() -> "both say why: " + line.sites(), () -> hasProblems(why));
        line.awaitCarried(ENOUGH_BYTES); // what was compressed before has gone out
        long[] before = line.records();
        line.awaitCarried(ENOUGH_BYTES);
        long[] now = line.records();
        assertEquals("all new records are raw", now[0] - before[0], now[1] - before[1]);
    }

    private boolean hasProblems(String words) {
        return line.sites().stream()
                        .map(RelayStatus::problem)
                        .filter(problem -> words.isEmpty() ? problem.isEmpty() : problem.contains(words))
                        .count()
                == 2;
    }

    private void assertNothingWasLost() throws InterruptedException {
        line.drbd().finish();
        System.out.println("PlugInChoiceIT: " + line.drbd());
        assertEquals(List.of(), line.drbd().losses());
        assertEquals(1, line.drbd().connections());
    }
}
