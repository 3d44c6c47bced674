/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.launcher;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/**
 * Starts a Forebay: an OSGi framework with the bundles in {@code system}.
 *
 * <p>When all start levels are reached it prints one line that begins with {@code forebay: ready}. SIGTERM and SIGINT
 * stop the framework in an orderly way. The exit statuses are those of {@link ExitStatus}.
 */
public final class Launcher {
    /** A stop that takes longer is abandoned; a relay's own drain is bounded below that. */
    private static final long STOP_MS = 20_000;

    private static final long LOOK_MS = 200;

    /** {@code clean} (the default) forgets at start what the shell installed, {@code keep} does not. */
    private static final String CACHE = "forebay.cache";

    private final PrintStream out = System.out; // the shell replaces System.out later
    private final PrintStream err = System.err;
    private final ForebayFolders folders;
    private final AtomicBoolean stopped = new AtomicBoolean();

    private Launcher(ForebayFolders folders) {
        this.folders = folders;
    }

    /** Takes no arguments: system properties say where things are. */
    public static void main(String[] arguments) {
        PrintStream err = System.err;
        try {
            if (arguments.length > 0) {
                throw new LaunchException(
                        ExitStatus.USAGE,
                        "The launcher takes no arguments, but was given " + arguments[0] + "; see bin/forebay help.");
            }
            ExitStatus status = new Launcher(ForebayFolders.find()).run();
            System.exit(status.code());
        } catch (LaunchException e) {
            err.println("forebay: error: " + e.getMessage());
            System.exit(e.status().code());
        }
    }

    private ExitStatus run() throws LaunchException {
        folders.prepare();
        // Before anything makes a temporary file: natives are unpacked there, and /tmp may be mounted noexec.
        System.setProperty("java.io.tmpdir", folders.tmp().toString());
        try (FolderLock lock = FolderLock.take(folders)) {
            folders.emptyTmp();
            Framework framework = framework();
            Thread onSignal = new Thread(() -> stopOnSignal(framework, lock), "forebay-stop");
            Runtime.getRuntime().addShutdownHook(onSignal);
            try {
                start(framework);
                framework.waitForStop(0);
            } finally {
                if (!stopped.compareAndSet(false, true)) {
                    onSignal.join(); // a signal is being served, and ends the process
                }
            }
            return ExitStatus.STOPPED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitStatus.FAILED;
        }
    }

    private Framework framework() throws LaunchException {
        Map<String, String> properties = FrameworkProperties.read(folders);
        if (!"keep".equals(properties.getOrDefault(CACHE, "clean"))) {
            properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        }
        FrameworkFactory factory = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow(() -> new LaunchException(
                        ExitStatus.FAILED, "There is no OSGi framework beside the launcher; install Forebay anew."));
        return factory.newFramework(properties);
    }

    private void start(Framework framework) throws LaunchException, InterruptedException {
        try {
            framework.init();
            SystemBundles bundles = new SystemBundles(framework.getBundleContext(), folders.system());
            bundles.install();
            framework.start();
            CountDownLatch reached = new CountDownLatch(1);
            framework.adapt(FrameworkStartLevel.class).setStartLevel(bundles.highestLevel(), event -> {
                if (event.getType() == FrameworkEvent.STARTLEVEL_CHANGED) {
                    reached.countDown();
                }
            });
            while (!reached.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
                if (framework.getState() != Bundle.ACTIVE) {
                    return; // stopped meanwhile, by a bundle or a signal
                }
            }
            bundles.problems().forEach(sentence -> err.println("forebay: error: " + sentence));
            out.println("forebay: ready in " + sinceStartMs() + " ms: " + bundles.count() + " bundles, base "
                    + folders.base());
            out.flush();
        } catch (BundleException e) {
            throw new LaunchException(ExitStatus.FAILED, "The framework does not start: " + e.getMessage() + ".", e);
        }
    }

    private static long sinceStartMs() {
        return ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()).toMillis())
                .orElse(0L);
    }

    /** Runs while the virtual machine shuts down; halts it, because else it would report the signal as exit status. */
    private void stopOnSignal(Framework framework, FolderLock lock) {
        if (!stopped.compareAndSet(false, true)) {
            return; // we are exiting by ourselves
        }
        ExitStatus status = ExitStatus.FAILED;
        try {
            framework.stop();
            FrameworkEvent event = framework.waitForStop(STOP_MS);
            if (event.getType() == FrameworkEvent.WAIT_TIMEDOUT) {
                err.println("forebay: error: The framework did not stop within " + STOP_MS / 1000
                        + " s; the process ends all the same.");
            } else {
                status = ExitStatus.STOPPED;
            }
        } catch (BundleException e) {
            err.println("forebay: error: The framework does not stop: " + e.getMessage() + ".");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            folders.emptyTmp();
            lock.close();
            out.flush();
            err.flush();
            Runtime.getRuntime().halt(status.code());
        }
    }
}
