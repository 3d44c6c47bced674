/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.forebay.api.relay.Relays;
import io.forebay.itests.pax.SwappedBundle.Command;
import io.forebay.itests.pax.SwappedBundle.FormerLife;
import io.forebay.testkit.drbd.DrbdPair;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;

/** Bundles of the packed distribution come and go while two DRBD nodes write to each other as fast as they can. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class HotSwapIT {

    private static final int SWAPS = 100;
    private static final long UNLIMITED = 0;
    private static final long BETWEEN_SWAPS_BYTES = 1 << 20;
    private static final long WARM_BYTES = 64 << 20;

    private static final String[] CODECS = {"io.forebay.codec.zstd", "io.forebay.codec.lz4", "io.forebay.codec.deflate"
    };
    private static final String[] ALLOCATORS = {"io.forebay.bab.heap", "io.forebay.bab.direct", "io.forebay.bab.mapped"
    };
    private static final String[] TRANSPORT = {"io.forebay.transport"};
    private static final String[] OTHERS = {"io.forebay.config", "io.forebay.engine"};

    /** Has packages of its own that others use, so it is updated instead of uninstalled. */
    private static final String SHARED = "io.forebay.shell";

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private final long seed = Long.getLong("forebay.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<SwappedBundle> swapped = new ArrayList<>();
    private LoadedLine line;

    @Configuration
    public static Option[] distribution() throws IOException {
        return PackedDistribution.started();
    }

    @Before
    public void tellTheSeed() {
        System.out.println("HotSwapIT: -Dforebay.seed=" + seed);
    }

    @After
    public void restore() throws IOException, InterruptedException, BundleException {
        for (SwappedBundle one : swapped) {
            one.restore();
        }
        line.remove();
    }

    private void configureALine() throws IOException {
        line = new LoadedLine(
                this::relays,
                configurations,
                "line",
                Map.of("memlimit", "16M", "codec", "zstd level 1", "allocator", "direct"));
    }

    /** The engine of the moment; {@code null} while there is none. */
    private Relays relays() {
        ServiceReference<Relays> reference = context.getServiceReference(Relays.class);
        return reference == null ? null : context.getService(reference);
    }

    @Test
    public void shouldCarryEveryByteWithoutLosingDrbdWhileCodecsAndAllocatorsAreSwapped() throws Exception {
        Leftovers before = warmUp();
        configureALine();
        DrbdPair drbd = line.load(UNLIMITED, seed);
        swap(() -> line.awaitCarried(BETWEEN_SWAPS_BYTES), CODECS, ALLOCATORS);
        drbd.finish();
        System.out.println("HotSwapIT, codecs and allocators: " + drbd);
        assertEquals(drbd.toString(), 1, drbd.connections());
        assertNothingIsLeft(before);
    }

    @Test
    public void shouldCarryOnAndNeverAWrongByteWhileTheTransportIsSwappedToo() throws Exception {
        Leftovers before = warmUp();
        configureALine();
        DrbdPair drbd = line.load(UNLIMITED, seed);
        swap(this::awaitCarriedOverSockets, CODECS, ALLOCATORS, TRANSPORT);
        line.awaitCarried(BETWEEN_SWAPS_BYTES);
        drbd.finish();
        System.out.println("HotSwapIT, transport, too: " + drbd);
        assertNothingIsLeft(before);
    }

    @Test
    public void shouldKeepNothingOfBundlesThatWereUninstalledUnderLoad() throws Exception {
        configureALine();
        DrbdPair drbd = line.load(UNLIMITED, seed);
        for (SwappedBundle one : bundles(CODECS, ALLOCATORS, TRANSPORT, OTHERS)) {
            one.run(Command.UNINSTALL);
            one.run(Command.INSTALL);
            one.run(Command.START);
            line.awaitCarried(BETWEEN_SWAPS_BYTES);
        }
        SwappedBundle shared = new SwappedBundle(context, SHARED);
        swapped.add(shared);
        shared.run(Command.UPDATE);
        line.awaitCarried(BETWEEN_SWAPS_BYTES);
        drbd.finish();
        assertClassLoadersAreGone();
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    /** Runs commands at random, and has every bundle at work in the end. */
    private void swap(Step between, String[]... kinds) throws Exception {
        List<SwappedBundle> bundles = bundles(kinds);
        for (int i = 0; i < SWAPS; i++) {
            SwappedBundle one = next(bundles);
            Command command = one.possible().get(random.nextInt(one.possible().size()));
            try {
                one.run(command);
                between.run();
            } catch (Exception | AssertionError e) {
                throw new AssertionError("swap %d: %s %s".formatted(i, command, one), e);
            }
        }
        for (SwappedBundle one : bundles) {
            one.restore();
        }
    }

    /** Any bundle; every other time one that is not at work, so that most are. */
    private SwappedBundle next(List<SwappedBundle> bundles) {
        List<SwappedBundle> idle =
                bundles.stream().filter(one -> !one.isActive()).toList();
        List<SwappedBundle> some = idle.isEmpty() || random.nextBoolean() ? bundles : idle;
        return some.get(random.nextInt(some.size()));
    }

    /** With a transport and the allocator that is asked for, relays and nodes find each other again. */
    private void awaitCarriedOverSockets() throws InterruptedException {
        if (swapped.stream()
                .filter(SwappedBundle::isActive)
                .map(SwappedBundle::toString)
                .toList()
                .containsAll(List.of("io.forebay.transport", "io.forebay.bab.direct"))) {
            line.awaitCarried(BETWEEN_SWAPS_BYTES);
        }
    }

    private List<SwappedBundle> bundles(String[]... kinds) throws IOException {
        for (String name : Arrays.stream(kinds).flatMap(Arrays::stream).toList()) {
            swapped.add(new SwappedBundle(context, name));
        }
        return swapped;
    }

    /** What there is without a relay, once whatever is only made once was made. */
    private Leftovers warmUp() throws IOException, InterruptedException {
        configureALine();
        line.load(UNLIMITED, ~seed);
        line.awaitCarried(WARM_BYTES);
        line.drbd().finish();
        removeTheLine();
        return Leftovers.now();
    }

    private void removeTheLine() throws IOException, InterruptedException {
        Await.until(
                () -> "the BAB is empty: " + line.sites(), () -> line.sites().size() == 2 && line.heldBytes() == 0);
        line.remove();
    }

    private void assertNothingIsLeft(Leftovers before) throws IOException, InterruptedException {
        removeTheLine();
        assertClassLoadersAreGone();
        Await.until(
                () -> "no more is held than before: before %s, now %s".formatted(before, Leftovers.now()),
                () -> Leftovers.now().isNoMoreThan(before));
    }

    private void assertClassLoadersAreGone() throws InterruptedException {
        assertTrue(
                "there were former lives",
                swapped.stream().anyMatch(one -> !one.formerLives().isEmpty()));
        Await.until(() -> "class loaders are collected: " + held(), () -> {
            System.gc();
            return held().isEmpty();
        });
    }

    private List<String> held() {
        return swapped.stream()
                .flatMap(one -> one.formerLives().stream())
                .filter(life -> life.loader().get() != null)
                .map(FormerLife::bundle)
                .toList();
    }
}
