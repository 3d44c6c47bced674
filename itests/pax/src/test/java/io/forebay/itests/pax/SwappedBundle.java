/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** A bundle of the distribution on which an operator's commands are used, and what is left of its former lives. */
final class SwappedBundle {

    private static final long REFRESH_SECONDS = 60;

    /** What an operator can do to a bundle. */
    enum Command {
        STOP,
        START,
        UPDATE,
        UNINSTALL,
        INSTALL
    }

    /** A class loader that should be gone. */
    record FormerLife(String bundle, WeakReference<ClassLoader> loader) {}

    private final BundleContext context;
    private final String symbolicName;
    private final Path jar;
    private final List<FormerLife> formerLives = new ArrayList<>();
    private Bundle bundle;

    SwappedBundle(BundleContext context, String symbolicName) throws IOException {
        this.context = context;
        this.symbolicName = symbolicName;
        this.jar = PackedDistribution.jar(symbolicName);
        this.bundle = Arrays.stream(context.getBundles())
                .filter(one -> symbolicName.equals(one.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    /** What can be done to it now. */
    List<Command> possible() {
        if (bundle == null) {
            return List.of(Command.INSTALL);
        }
        return bundle.getState() == Bundle.ACTIVE
                ? List.of(Command.STOP, Command.UPDATE, Command.UNINSTALL)
                : List.of(Command.START, Command.START, Command.UPDATE, Command.UNINSTALL);
    }

    void run(Command command) throws BundleException, IOException, InterruptedException {
        switch (command) {
            case STOP -> bundle.stop();
            case START -> bundle.start();
            case UPDATE -> update();
            case UNINSTALL -> uninstall();
            case INSTALL -> install();
        }
    }

    private void update() throws BundleException, IOException, InterruptedException {
        remember();
        try (InputStream in = Files.newInputStream(jar)) {
            bundle.update(in);
        }
        refresh();
    }

    private void uninstall() throws BundleException, InterruptedException {
        remember();
        bundle.uninstall();
        refresh();
        bundle = null;
    }

    private void install() throws BundleException {
        bundle = context.installBundle(jar.toUri().toString());
    }

    /** Whatever was done before, it is at work again. */
    void restore() throws BundleException {
        if (bundle == null) {
            install();
        }
        bundle.start();
    }

    private void remember() {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        if (wiring != null && wiring.getClassLoader() != null) {
            formerLives.add(new FormerLife(symbolicName, new WeakReference<>(wiring.getClassLoader())));
        }
    }

    private void refresh() throws InterruptedException {
        CountDownLatch refreshed = new CountDownLatch(1);
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                .adapt(FrameworkWiring.class)
                .refreshBundles(List.of(bundle), event -> refreshed.countDown());
        if (!refreshed.await(REFRESH_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("packages were not refreshed: " + symbolicName);
        }
    }

    boolean isActive() {
        return bundle != null && bundle.getState() == Bundle.ACTIVE;
    }

    List<FormerLife> formerLives() {
        return formerLives;
    }

    @Override
    public String toString() {
        return symbolicName;
    }
}
