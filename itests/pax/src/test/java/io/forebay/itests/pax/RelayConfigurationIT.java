/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.api.state.ChannelState;
import io.forebay.testkit.drbd.FreeAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/**
 * A relay from its configuration to its ports and back, and what is told of it, in the framework, with the bundles of the
 * packed distribution.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class RelayConfigurationIT {
    private static final String FACTORY = "io.forebay.relay";

    /** What docs/events.md promises of every event. */
    private static final Set<String> PROPERTIES = Set.of(
            EventConstants.EVENT_TOPIC,
            EventConstants.TIMESTAMP,
            "relay",
            "channel",
            "role",
            "type",
            "from",
            "to",
            "event",
            "reason");

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    @Inject
    private Relays relays;

    @Configuration
    public static Option[] distribution() throws IOException {
        return PackedDistribution.started();
    }

    @Test
    public void shouldHaveEveryBundleActive() {
        for (Bundle bundle : context.getBundles()) {
            boolean fragment = bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null;
            // bundles with lazy activation are STARTING until somebody needs a class of theirs
            assertTrue(
                    bundle.getSymbolicName() + " is in state " + bundle.getState(),
                    fragment
                            ? bundle.getState() == Bundle.RESOLVED
                            : (bundle.getState() & (Bundle.ACTIVE | Bundle.STARTING)) != 0);
        }
    }

    @Test
    public void shouldTurnAConfigurationIntoARelayAndBack() throws IOException, InterruptedException {
        List<InetSocketAddress> free = FreeAddresses.loopback(4);
        InetSocketAddress inside = free.get(0);
        InetSocketAddress outside = free.get(2);
        org.osgi.service.cm.Configuration good = configurations.getFactoryConfiguration(FACTORY, "pax", "?");
        good.update(relay(inside, free.get(1), outside, free.get(3)));
        Await.until("the relay bridges and listens", () -> bridges("pax") && !free(inside) && !free(outside));

        org.osgi.service.cm.Configuration bad = configurations.getFactoryConfiguration(FACTORY, "nonsense", "?");
        Dictionary<String, Object> nonsense = relay(inside, free.get(1), outside, free.get(3));
        nonsense.put("inside", "no address at all");
        nonsense.put("memlimit", "a lot");
        bad.update(nonsense);
        // Configurations are delivered in order: once this one is in force, the bad one has been seen.
        Dictionary<String, Object> changed = relay(inside, free.get(1), outside, free.get(3));
        changed.put("memlimit", "32M");
        good.update(changed);
        Await.until(
                "the changed memlimit is in force",
                () -> relay("pax")
                        .filter(status -> status.settings().memlimitBytes() == 32L << 20)
                        .isPresent());
        assertTrue("nothing came of the nonsense", relay("nonsense").isEmpty());
        Await.until("the first relay runs on", () -> bridges("pax") && !free(inside) && !free(outside));
        bad.delete();

        good.delete();
        Await.until(
                "the relay is gone and its ports are free",
                () -> relay("pax").isEmpty() && free(inside) && free(outside));
        assertEquals("no relay is left", List.of(), relays.status());
    }

    @Test
    public void shouldPostEveryTransitionOfEveryChannelToEventHandlers() throws IOException, InterruptedException {
        List<Event> events = new CopyOnWriteArrayList<>();
        ServiceRegistration<EventHandler> handler = context.registerService(
                EventHandler.class,
                events::add,
                FrameworkUtil.asDictionary(Map.of(
                        EventConstants.EVENT_TOPIC, "io/forebay/channel/*",
                        EventConstants.EVENT_FILTER, "(|(relay=near)(relay=far))")));
        // Both sites of one line, so that channels come farther than to their first dial.
        List<InetSocketAddress> free = FreeAddresses.loopback(6);
        org.osgi.service.cm.Configuration near = configurations.getFactoryConfiguration(FACTORY, "near", "?");
        org.osgi.service.cm.Configuration far = configurations.getFactoryConfiguration(FACTORY, "far", "?");
        near.update(site(free.get(0), free.get(1), free.get(2), free.get(5)));
        far.update(site(free.get(3), free.get(4), free.get(5), free.get(2)));
        Await.until(
                "both ends of a bridge are told",
                () -> entered(events, "near", "WAITING") && entered(events, "far", "CONNECTING"));
        near.delete();
        far.delete();
        Await.until(
                "every channel is told to have stopped",
                () -> relays.status().isEmpty()
                        && byChannel(events).values().stream()
                                .allMatch(channel -> channel.get(channel.size() - 1)
                                        .getTopic()
                                        .endsWith("/STOPPED")));
        handler.unregister();

        byChannel(events).values().forEach(RelayConfigurationIT::assertToldFromBeginningToEnd);
    }

    private static Dictionary<String, Object> site(
            InetSocketAddress inside, InetSocketAddress drbd, InetSocketAddress outside, InetSocketAddress peer) {
        Dictionary<String, Object> properties = relay(inside, drbd, outside, peer);
        properties.put("resource", "events");
        return properties;
    }

    private static boolean entered(List<Event> events, String relay, String state) {
        return events.stream()
                .anyMatch(event -> event.getProperty("relay").equals(relay)
                        && event.getTopic().equals("io/forebay/channel/" + state));
    }

    private static Map<Object, List<Event>> byChannel(List<Event> events) {
        return events.stream().collect(Collectors.groupingBy(event -> event.getProperty("channel")));
    }

    private static void assertToldFromBeginningToEnd(List<Event> channel) {
        Object from = channel.get(0).getProperty("from");
        assertTrue(
                "a relay's first channel, or a successor: " + from,
                Set.of("allocating", "stopped").contains(from));
        for (Event event : channel) {
            String told = Arrays.stream(event.getPropertyNames())
                    .map(name -> name + "=" + event.getProperty(name))
                    .collect(Collectors.joining(" "));
            assertEquals(told, PROPERTIES, Set.of(event.getPropertyNames()));
            assertEquals(told, from, event.getProperty("from"));
            from = event.getProperty("to");
            assertEquals(told, "io/forebay/channel/" + from.toString().toUpperCase(Locale.ROOT), event.getTopic());
            assertTrue(told, event.getProperty("channel") instanceof Long);
            assertTrue(told, Set.of("acceptor", "connector").contains(event.getProperty("role")));
            assertEquals(told, "undefined", event.getProperty("type"));
            assertTrue(told, event.getProperty(EventConstants.TIMESTAMP) instanceof Long);
            assertTrue(told, !event.getProperty("reason").equals(""));
        }
        assertEquals("the last is told", "stopped", from);
    }

    private Optional<RelayStatus> relay(String name) {
        return relays.status().stream()
                .filter(status -> status.settings().name().equals(name))
                .findFirst();
    }

    private boolean bridges(String name) {
        return relay(name).stream()
                .flatMap(status -> status.channels().stream())
                .map(ChannelStatus::state)
                .anyMatch(state ->
                        state.compareTo(ChannelState.BRIDGING) >= 0 && state.compareTo(ChannelState.CLOSE_PENDING) < 0);
    }

    private static Dictionary<String, Object> relay(
            InetSocketAddress inside, InetSocketAddress drbd, InetSocketAddress outside, InetSocketAddress peer) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("inside", text(inside));
        properties.put("drbd", text(drbd));
        properties.put("outside", text(outside));
        properties.put("peer", text(peer));
        properties.put("memlimit", "16M");
        properties.put("codec", "zlib");
        properties.put("allocator", "heap");
        return properties;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** Whether nobody listens there; found out by listening, so that the relay notices nothing. */
    private static boolean free(InetSocketAddress address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(address);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
