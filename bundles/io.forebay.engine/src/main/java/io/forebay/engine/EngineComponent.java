/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.codec.Codec;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.StateTable;
import io.forebay.api.state.TransitionListener;
import io.forebay.api.transport.Transport;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The engine as a service: gets its parts, and the threads that are not the transport's. */
@Component(service = Relays.class)
public final class EngineComponent implements Relays {

    private final ExecutorService workers;
    private final ExecutorService blocking;
    private final EventLog events = new EventLog();
    private final Engine engine;

    @Activate
    public EngineComponent(@Reference Transport transport, @Reference StateTable states) {
        int cores = Runtime.getRuntime().availableProcessors();
        workers = Executors.newFixedThreadPool(cores, threads("forebay-codec"));
        blocking = Executors.newCachedThreadPool(threads("forebay-blocking"));
        engine = new Engine(
                transport,
                states,
                new Surroundings(
                        hostName(),
                        new WorkerThreads(workers, cores),
                        new ScratchPool(),
                        blocking,
                        InstantSource.system(),
                        new SecureRandom(),
                        events));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // A machine that cannot resolve its own name still has addresses.
            return "";
        }
    }

    private record WorkerThreads(ExecutorService threads, int count) implements Workers {
        @Override
        public void execute(Runnable task) {
            threads.execute(task);
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
    void addAllocator(BabAllocator allocator) {
        engine.addAllocator(allocator);
    }

    void removeAllocator(BabAllocator allocator) {
        engine.removeAllocator(allocator);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCodec(Codec codec) {
        engine.addCodec(codec);
    }

    void removeCodec(Codec codec) {
        engine.removeCodec(codec);
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
        engine.close();
        workers.shutdown();
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
    public Optional<String> codecProblem(CodecChoice codec) {
        return engine.codecProblem(codec);
    }

    @Override
    public Optional<String> allocatorProblem(String allocator) {
        return engine.allocatorProblem(allocator);
    }

    @Override
    public List<String> codecNames() {
        return engine.codecNames();
    }

    @Override
    public List<RelayStatus> status() {
        return engine.status();
    }
}
