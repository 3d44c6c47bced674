/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.codec.Codec;
import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.StateTable;
import io.forebay.api.state.TransitionListener;
import io.forebay.api.transport.Transport;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The engine as a service: gets its parts, and the threads that are not the transport's. */
@Component(service = Relays.class, configurationPid = EngineComponent.PID)
@Designate(ocd = EngineComponent.Config.class)
public final class EngineComponent implements Relays {

    static final String PID = "io.forebay.engine";

    /** What holds for all relays together. */
    @ObjectClassDefinition(name = "Forebay engine", description = "What holds for all relays of this Forebay together.")
    public @interface Config {

        @AttributeDefinition(
                required = false,
                description =
                        "The most that the data channels of all relays send over the WAN together, in bytes per second"
                                + " or with k, M or G, or a schedule, for example mon-fri 08:00-18:00 10M, otherwise 100M; 0 for no"
                                + " limit. Relays that want more share it evenly.")
        String bwlimit() default "0";
    }

    /** How long a bundle that stops waits for what it lent. */
    private static final long LEAVE_MS = 10_000;

    /** A thread keeps what called for it, and so a bundle that may have left since. */
    private static final long BLOCKING_IDLE_S = 5;

    private final CodecThreads workers;
    private final ExecutorService blocking;
    private final EventLog events = new EventLog();
    private final Map<ServiceReference<?>, PlugIn<BabAllocator>> allocators = new ConcurrentHashMap<>();
    private final Map<ServiceReference<?>, PlugIn<Codec>> codecs = new ConcurrentHashMap<>();
    private final Engine engine;
    private final Function<PlugIn<BabAllocator>, Rehearsal> rehearsalWith;

    /** {@code null} before it, and once an allocator has left. */
    private Rehearsal rehearsal;

    private boolean rehearsed;

    private volatile boolean closed;

    @Activate
    public EngineComponent(
            @Reference(name = "transport") Transport transport, @Reference StateTable states, Config config) {
        workers = new CodecThreads("forebay-codec", Runtime.getRuntime().availableProcessors());
        blocking = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                BLOCKING_IDLE_S,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                threads("forebay-blocking"));
        Surroundings around = new Surroundings(
                hostName(),
                workers,
                new ScratchPool(workers.count()),
                blocking,
                Clock.systemDefaultZone(),
                new SecureRandom(),
                events,
                EngineComponent::target);
        engine = new Engine(transport, states, around);
        rehearsalWith = memory -> new Rehearsal(transport, states, around, memory);
        modified(config);
    }

    /** Takes another configuration; a limit that cannot be read leaves the one that was. */
    @Modified
    void modified(Config config) {
        try {
            String text = config.bwlimit().strip();
            engine.limit(BandwidthSchedule.parse(text.isEmpty() ? "0" : text));
        } catch (IllegalArgumentException e) {
            events.onSentence(
                    "all relays",
                    "%s: bwlimit = %s %s. The limit stays as it was".formatted(PID, config.bwlimit(), e.getMessage()));
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // A machine that cannot resolve its own name still has addresses.
            return "";
        }
    }

    private static ThreadFactory threads(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addAllocator(BabAllocator allocator, ServiceReference<BabAllocator> reference) {
        try {
            PlugIn<BabAllocator> one = plugIn(allocator, allocator.name(), reference);
            engine.addAllocator(one);
            allocators.put(reference, one);
            rehearse(one);
        } catch (RuntimeException | LinkageError e) {
            refused("BAB allocator", reference, e);
        }
    }

    private synchronized void rehearse(PlugIn<BabAllocator> memory) {
        if (!rehearsed) {
            rehearsed = true;
            rehearsal = rehearsalWith.apply(memory);
            blocking.execute(rehearsal);
        }
    }

    /** Ends it, if it is not over, and forgets it, and with it the allocator's bundle. */
    private synchronized CompletableFuture<Void> endRehearsal() {
        Rehearsal last = rehearsal;
        rehearsal = null;
        rehearsed = true;
        return last == null ? CompletableFuture.completedFuture(null) : last.end();
    }

    void removeAllocator(ServiceReference<BabAllocator> reference) {
        PlugIn<BabAllocator> left = allocators.remove(reference);
        if (left == null) {
            onRefusedLeft("BAB allocator", reference);
        } else {
            await(endRehearsal(), () -> "the rehearsal still uses %s".formatted(left));
            await(engine.removeAllocator(left), () -> engine.outOf(left));
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCodec(Codec codec, ServiceReference<Codec> reference) {
        try {
            PlugIn<Codec> one = plugIn(codec, codec.name(), reference);
            engine.addCodec(one);
            codecs.put(reference, one);
        } catch (RuntimeException | LinkageError e) {
            refused("codec", reference, e);
        }
    }

    void removeCodec(ServiceReference<Codec> reference) {
        PlugIn<Codec> left = codecs.remove(reference);
        if (left == null) {
            onRefusedLeft("codec", reference);
        } else {
            await(
                    engine.removeCodec(left),
                    () -> "%s is leaving, but blocks of it are on their way; it stays usable until then"
                            .formatted(left));
        }
    }

    private void refused(String kind, ServiceReference<?> reference, Throwable cause) {
        events.onSentence(
                "plug-in",
                "the %s of bundle %s is not used: %s"
                        .formatted(
                                kind,
                                reference.getBundle(),
                                cause instanceof IllegalArgumentException ? cause.getMessage() : "it threw " + cause));
    }

    private void onRefusedLeft(String kind, ServiceReference<?> reference) {
        if (!closed) {
            events.onNews(
                    "plug-in", "the %s of bundle %s, which was not used, has left".formatted(kind, bundle(reference)));
        }
    }

    /** By the reference's properties a bundle that has left can be named, too. */
    private static String bundle(ServiceReference<?> reference) {
        return String.valueOf(reference.getProperty(Constants.SERVICE_BUNDLEID));
    }

    /**
     * A bundle that stops waits until nothing of it is in use, for a while; what is in use after that stays usable. Nobody
     * waits once the relays are closed.
     */
    private void await(CompletableFuture<Void> gone, Supplier<String> sentence) {
        try {
            if (!closed) {
                gone.get(LEAVE_MS, TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException e) {
            events.onSentence("plug-in", sentence.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <S> PlugIn<S> plugIn(S service, String name, ServiceReference<S> reference) {
        Bundle bundle = reference.getBundle();
        Map<String, Object> properties = new HashMap<>();
        for (String key : reference.getPropertyKeys()) {
            properties.put(key, reference.getProperty(key));
        }
        properties.put("bundle.symbolicName", bundle.getSymbolicName());
        properties.put("bundle.version", bundle.getVersion());
        return new PlugIn<>(
                service,
                name,
                bundle.getSymbolicName() + " " + bundle.getVersion(),
                (Long) reference.getProperty(Constants.SERVICE_ID),
                reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0,
                properties);
    }

    private static Predicate<Map<String, ?>> target(String text) {
        try {
            return FrameworkUtil.createFilter(text)::matches;
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(
                    "%s is not an OSGi filter: write for example (bundle.version>=1.2)".formatted(text), e);
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addTransitionListener(TransitionListener listener) {
        events.add(listener);
    }

    void removeTransitionListener(TransitionListener listener) {
        events.remove(listener);
    }

    @Deactivate
    void close() {
        closed = true;
        endRehearsal();
        engine.close();
        workers.close();
        blocking.shutdown();
    }

    @Override
    public void put(RelaySettings settings) {
        engine.put(settings);
    }

    @Override
    public void remove(String name) {
        engine.remove(name);
    }

    @Override
    public Optional<String> codecProblem(CodecChoice codec, PlugInTargets targets) {
        return engine.codecProblem(codec, targets);
    }

    @Override
    public Optional<String> allocatorProblem(String allocator, PlugInTargets targets) {
        return engine.allocatorProblem(allocator, targets);
    }

    @Override
    public List<PlugInStatus> plugIns() {
        return engine.plugIns();
    }

    @Override
    public List<RelayStatus> status() {
        return engine.status();
    }
}
