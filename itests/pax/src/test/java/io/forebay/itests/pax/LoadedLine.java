/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.pax;

import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import io.forebay.testkit.drbd.DrbdPair;
import io.forebay.testkit.drbd.FreeAddresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * Both sites of a line in one framework: two relays that point at each other over loopback, and stand-in DRBD nodes behind
 * them.
 */
final class LoadedLine {

    private static final String FACTORY = "io.forebay.relay";

    private final Supplier<Relays> relays;
    private final String name;
    private final List<InetSocketAddress> free = FreeAddresses.loopback(6);
    private final Configuration near;
    private final Configuration far;
    private DrbdPair drbd;
    private boolean gone;

    /**
     * Configures the relays {@code NAME-near} and {@code NAME-far}.
     *
     * @param settings beside addresses, of both relays
     */
    LoadedLine(Supplier<Relays> relays, ConfigurationAdmin configurations, String name, Map<String, String> settings)
            throws IOException {
        this.relays = relays;
        this.name = name;
        near = configurations.getFactoryConfiguration(FACTORY, name + "-near", "?");
        far = configurations.getFactoryConfiguration(FACTORY, name + "-far", "?");
        near.update(site(free.get(0), free.get(1), free.get(2), free.get(5), settings));
        far.update(site(free.get(3), free.get(4), free.get(5), free.get(2), settings));
    }

    private Dictionary<String, Object> site(
            InetSocketAddress inside,
            InetSocketAddress own,
            InetSocketAddress outside,
            InetSocketAddress peer,
            Map<String, String> settings) {
        Dictionary<String, Object> properties = new Hashtable<>(settings);
        properties.put("resource", name);
        properties.put("inside", text(inside));
        properties.put("drbd", text(own));
        properties.put("outside", text(outside));
        properties.put("peer", text(peer));
        return properties;
    }

    /** Changes one setting of both relays; an empty value takes it away. */
    void set(String key, String value) throws IOException {
        for (Configuration site : List.of(near, far)) {
            Dictionary<String, Object> properties = site.getProperties();
            if (value.isEmpty()) {
                properties.remove(key);
            } else {
                properties.put(key, value);
            }
            site.update(properties);
        }
    }

    /** Starts the nodes, and waits until they are connected and writing. */
    DrbdPair load(long bytesPerSecond, long seed) throws IOException, InterruptedException {
        DrbdPair pair = new DrbdPair(
                new DrbdPair.Node(free.get(1), free.get(0)),
                new DrbdPair.Node(free.get(4), free.get(3)),
                bytesPerSecond,
                seed);
        drbd = pair;
        awaitCarried(1);
        return pair;
    }

    DrbdPair drbd() {
        return drbd;
    }

    /** Waits until so many more bytes have arrived. */
    void awaitCarried(long bytes) throws InterruptedException {
        long before = drbd.carriedBytes();
        Await.until(
                () -> "data flows on " + name + ": " + drbd + ", " + sites(),
                () -> drbd.carriedBytes() - before >= bytes);
    }

    /** What is told of both relays, as far as they are there. */
    List<RelayStatus> sites() {
        Relays now = relays.get();
        return now == null
                ? List.of()
                : now.status().stream()
                        .filter(status -> status.settings().name().startsWith(name + "-"))
                        .toList();
    }

    Optional<RelayStatus> near() {
        return sites().stream()
                .filter(status -> status.settings().name().endsWith("-near"))
                .findFirst();
    }

    /** Records to the peer, and those of them that were not compressed, of the data channels that stand. */
    long[] records() {
        long[] sums = new long[2];
        sites().stream().flatMap(site -> site.channels().stream()).forEach(channel -> {
            if (channel.type() == io.forebay.api.state.ChannelType.DATA) {
                sums[0] += channel.transmit().records();
                sums[1] += channel.transmit().rawRecords();
            }
        });
        return sums;
    }

    long heldBytes() {
        return sites().stream().mapToLong(site -> site.bab().heldBytes()).sum();
    }

    /** Ends the nodes at once, and takes the relays down; once more changes nothing. */
    void remove() throws IOException, InterruptedException {
        if (drbd != null) {
            drbd.close();
        }
        for (Configuration site : List.of(near, far)) {
            if (!gone) {
                site.delete();
            }
        }
        gone = true;
        Await.until("the relays are gone: " + name, () -> sites().isEmpty());
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
