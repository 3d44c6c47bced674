/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.text.AddressText;
import io.forebay.api.transport.Accepted;
import io.forebay.api.transport.Listener;
import io.forebay.api.transport.ListenerHandler;
import io.forebay.api.transport.Loop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The outside addresses: each is listened at once, and serves all relays that name it. Thread-safe. */
final class OutsidePorts {

    /** Links that have not said their hello, on one address; more are closed at once. */
    private static final int HANDSHAKES_MAX = 256;

    private static final String TOO_MANY = "there are " + HANDSHAKES_MAX + " already that have said no hello";

    private static final long HANDSHAKE_NS = 5_000_000_000L;

    /** A relay that takes links. */
    interface Taker {
        String resource();

        /** Where its peer is; {@code null} while that is only known by name. */
        InetAddress peer();

        /** A connection from its peer's address was refused before it could say a hello. */
        void onRefused(String reason);

        /** Takes a link whose hello names it; answers why not, or {@code null}. On the link's loop. */
        String take(Link link, Hello hello);

        /** A link from this machine was refused, because its hello names no relay here. */
        void onStranger(InetAddress from, String why);
    }

    private final OutsideLines lines;
    private final LoopChoice loops;
    private final ChannelEvents events;
    private final Strangers strangers;
    private final Map<InetSocketAddress, Port> ports = new HashMap<>();

    OutsidePorts(OutsideLines lines, LoopChoice loops, Surroundings surroundings) {
        this.lines = lines;
        this.loops = loops;
        this.events = surroundings.events();
        this.strangers = new Strangers(surroundings.events(), surroundings.clock());
    }

    /** Opens an address for a relay, too. */
    synchronized void open(RelayAddresses addresses, Taker taker) throws IOException {
        InetSocketAddress address = addresses.outside();
        Port port = ports.get(address);
        if (port == null) {
            port = new Port(address);
            port.listener = listen(addresses, port);
            ports.put(address, port);
        }
        port.takers.put(taker.resource(), taker);
    }

    private Listener listen(RelayAddresses addresses, Port port) throws IOException {
        try {
            return lines.of(addresses).listen(addresses.outside(), loops.control(), port);
        } catch (IllegalStateException noTls) {
            throw new IOException(noTls.getMessage(), noTls);
        }
    }

    /** Closes an address for a relay; when it was the last, the port is free when this returns. */
    synchronized void close(InetSocketAddress address, Taker taker) {
        Port port = ports.get(address);
        if (port != null && port.takers.remove(taker.resource(), taker) && port.takers.isEmpty()) {
            ports.remove(address);
            port.listener.close();
        }
    }

    private final class Port implements ListenerHandler {
        private final InetSocketAddress address;
        private final Map<String, Taker> takers = new ConcurrentHashMap<>();
        private final AtomicInteger handshakes = new AtomicInteger();
        private Listener listener;

        Port(InetSocketAddress address) {
            this.address = address;
        }

        /** A peer whose key is wrong is told as a fault of its relays, anybody else as a stranger. */
        @Override
        public void onRefused(InetSocketAddress remote, String reason) {
            tellPeers(remote, reason);
            strangers.on(address, remote, reason);
        }

        private void tellPeers(InetSocketAddress remote, String reason) {
            takers.values().stream()
                    .filter(taker -> remote.getAddress().equals(taker.peer()))
                    .forEach(taker -> taker.onRefused(AddressText.of(remote) + ": " + reason));
        }

        @Override
        public void onAccept(Accepted accepted) {
            if (handshakes.incrementAndGet() > HANDSHAKES_MAX) {
                handshakes.decrementAndGet();
                accepted.close();
                strangers.on(address, accepted.remoteAddress(), TOO_MANY);
                return;
            }
            Loop loop = loops.nextForData();
            Handshake handshake = new Handshake(this);
            Link link = new Link(loop, handshake);
            // Whose line it is, and what that is to be like, the hello tells.
            accepted.start(loop, LinkOptions.ofData(LineSettings.DEFAULT), link);
        }
    }

    /** A link until its hello is answered. Owned by the link's loop. */
    private final class Handshake implements Link.Owner {
        private final Port port;
        private Loop.Timer timer;
        private boolean over;

        Handshake(Port port) {
            this.port = port;
        }

        @Override
        public void onLinkOpen(Link link) {
            timer = link.loop().schedule(() -> link.fail("no hello within 5 s"), HANDSHAKE_NS);
        }

        @Override
        public void onEarlyRecord(Link link, RecordType type, ByteBuffer memory, int offset) throws PeerViolation {
            if (type != RecordType.HELLO || over) {
                throw new PeerViolation("unexpected record: type=" + type + " (expected: HELLO)");
            }
            Hello hello = Payloads.readHello(memory, offset);
            finish();
            Taker taker = port.takers.get(hello.resource());
            String refusal = taker == null
                    ? "no relay with resource %s at %s: give both sites' relays the same resource"
                            .formatted(hello.resource(), AddressText.of(port.address))
                    : taker.take(link, hello);
            if (taker == null) {
                port.takers
                        .values()
                        .forEach(other -> other.onStranger(link.remoteAddress().getAddress(), refusal));
            }
            if (refusal != null) {
                events.onSentence(
                        hello.resource(),
                        "refused a link from "
                                + link.remoteAddress().getAddress().getHostAddress() + ": " + refusal);
                link.refuse(Payloads.Refusal.NOT_NOW, refusal);
            }
        }

        private void finish() {
            if (!over) {
                over = true;
                port.handshakes.decrementAndGet();
            }
            if (timer != null) {
                timer.cancel();
            }
        }

        @Override
        public void onDataWritten(Link link, int bytes) {
            throw new IllegalStateException("data written before the hello was answered: bytes=" + bytes);
        }

        @Override
        public void onLinkProgress() {
            // Nothing waits for it.
        }

        @Override
        public void onLinkSilent(Link link, String reason) {
            throw new IllegalStateException("heartbeat before the hello was answered: reason=" + reason);
        }

        @Override
        public void onLinkHeard(Link link) {
            throw new IllegalStateException("heartbeat before the hello was answered");
        }

        @Override
        public void onLinkRoundTrip(long roundTripNs) {
            throw new IllegalStateException("heartbeat before the hello was answered");
        }

        @Override
        public boolean wantsRoundTrip() {
            return false;
        }

        @Override
        public void onLinkClosed(Link link, String reason) {
            if (!over) {
                if (link.isViolated()) {
                    port.tellPeers(link.remoteAddress(), reason);
                }
                strangers.on(port.address, link.remoteAddress(), "it said no hello: " + reason);
            }
            finish();
        }
    }
}
