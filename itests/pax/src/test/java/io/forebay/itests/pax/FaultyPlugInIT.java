/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import static org.junit.Assert.assertEquals;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.codec.Codec;
import io.forebay.api.relay.Relays;
import io.forebay.itests.pax.plugins.FaultyAllocator;
import io.forebay.itests.pax.plugins.FaultyCodec;
import io.forebay.testkit.drbd.DrbdPair;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
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

/** A vendor's plug-in misbehaves, one way after the other, while another relay in the same Forebay carries its load. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class FaultyPlugInIT {

    private static final String VENDOR = "com.example.vendor";
    private static final long BYTES_PER_SECOND = 20 << 20;
    private static final long ENOUGH_BYTES = 4 << 20;

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    @Inject
    private Relays relays;

    private LoadedLine sound;
    private LoadedLine vexed;
    private Bundle vendor;

    @Configuration
    public static Option[] distribution() throws IOException {
        return PackedDistribution.started();
    }

    @Before
    public void loadALine() throws IOException, InterruptedException {
        new EventSentences(configurations); // so that the file tells all, from the beginning
        sound = new LoadedLine(() -> relays, configurations, "sound", settings("zlib"));
        vexed = new LoadedLine(() -> relays, configurations, "vexed", settings("none"));
        sound.load(BYTES_PER_SECOND, 1);
    }

    private static Map<String, String> settings(String codec) {
        return Map.of("memlimit", "16M", "codec", codec, "allocator", "heap");
    }

    @After
    public void removeTheLines() throws IOException, InterruptedException, BundleException {
        if (vendor != null && vendor.getState() != Bundle.UNINSTALLED) {
            vendor.uninstall();
        }
        vexed.remove();
        sound.remove();
    }

    @Test
    public void shouldHurtNobodyAndNameTheBundleWhateverACompressorDoes() throws Exception {
        for (FaultyCodec.Fault fault : FaultyCodec.Fault.values()) {
            if (fault.isOfCompressor()) {
                misbehave(codec(fault), fault.losesBlocks());
            }
        }
        assertTheSoundLineIsUnhurt();
    }

    @Test
    public void shouldHurtNoOtherRelayAndNameTheBundleWhateverADecompressorDoes() throws Exception {
        for (FaultyCodec.Fault fault : FaultyCodec.Fault.values()) {
            if (fault.isOfDecompressor()) {
                misbehave(codec(fault), true);
            }
        }
        assertTheSoundLineIsUnhurt();
    }

    @Test
    public void shouldHurtNobodyAndNameTheBundleWhateverAnAllocatorDoes() throws Exception {
        for (FaultyAllocator.Fault fault : FaultyAllocator.Fault.values()) {
            if (fault != FaultyAllocator.Fault.NONE) {
                misbehave(
                        new Vexation(
                                fault,
                                FaultyAllocator.class,
                                BabAllocator.class,
                                "allocator",
                                "heap",
                                fault.isSeenInUse()),
                        false);
            }
        }
        assertTheSoundLineIsUnhurt();
    }

    private static Vexation codec(FaultyCodec.Fault fault) {
        return new Vexation(fault, FaultyCodec.class, Codec.class, "codec", "none", fault.isSeenInUse());
    }

    /**
     * What misbehaves, and the setting by which it is used.
     *
     * @param former the setting's value before and afterwards
     * @param seenInUse whether it shows while it is used
     */
    private record Vexation(
            Enum<?> fault, Class<?> component, Class<?> service, String key, String former, boolean seenInUse) {}

    private void misbehave(Vexation vexation, boolean mayLoseDrbd) throws Exception {
        try {
            EventSentences events = new EventSentences(configurations);
            DrbdPair drbd = vexed.load(BYTES_PER_SECOND, vexation.fault.ordinal() << 16);
            vendor = context.installBundle(
                    "test:" + vexation.service + vexation.fault,
                    bundle(vexation).jar());
            vendor.start();
            vexed.set(vexation.key, "sample");
            vexed.awaitCarried(ENOUGH_BYTES);
            Await.until(
                    () -> "the bundle is blamed: " + relays.plugIns() + vexed.sites(),
                    () -> !vexation.seenInUse || isVendorBlamed());
            vexed.set(vexation.key, vexation.former); // whatever shows only when things go back shows now
            vexed.awaitCarried(ENOUGH_BYTES);
            if (!mayLoseDrbd) {
                drbd.finish();
                assertEquals("DRBD never lost its connection", List.of(), drbd.losses());
            }
            drbd.close();
            Await.until(
                    () -> "the bundle is named: " + events.with("vexed") + events.with(VENDOR),
                    () -> !complaints(events).isEmpty());
            vendor.uninstall();
            Await.until(
                    () -> "nothing is left of the bundle: " + relays.plugIns(),
                    () -> relays.plugIns().stream()
                            .noneMatch(one -> one.bundle().startsWith(VENDOR)));
            System.out.println("FaultyPlugInIT: %s: %s, losses=%s"
                    .formatted(vexation.fault, complaints(events).get(0), drbd.losses()));
            assertEquals(List.of(), drbd.wrongs());
            assertEquals(List.of(), sound.drbd().losses());
        } catch (Exception | AssertionError e) {
            throw new AssertionError(vexation.fault + ": " + e.getMessage(), e);
        }
    }

    /** What is said of the bundle besides that it comes, is used, and leaves. */
    private static List<String> complaints(EventSentences events) {
        return events.with(VENDOR).stream()
                .filter(line -> !line.matches(".* (has come|has left|is used.*)"))
                .toList();
    }

    private boolean isVendorBlamed() {
        return relays.plugIns().stream()
                .anyMatch(
                        one -> one.bundle().startsWith(VENDOR) && one.problem().contains("does not use it any more"));
    }

    private static PlugInBundle bundle(Vexation vexation) {
        return new PlugInBundle(
                VENDOR, "1.0.0", vexation.component, vexation.service, Map.of("fault", vexation.fault.toString()));
    }

    private void assertTheSoundLineIsUnhurt() throws InterruptedException {
        sound.awaitCarried(ENOUGH_BYTES);
        sound.drbd().finish();
        System.out.println("FaultyPlugInIT: the sound line: " + sound.drbd());
        assertEquals(
                "the other relay's DRBD never lost its connection",
                List.of(),
                sound.drbd().losses());
    }
}
