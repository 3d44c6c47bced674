/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.transport.SocketOptions;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said of connections to an outside that come to nothing. */
class OutsidePortsTest {

    private static final long SEED = 20261121;
    private static final String STRANGER = "10.9.0.7";

    private final Random random = new Random(SEED);
    private final TwoSites sites = new TwoSites(SEED, new HeapBabAllocator(), new HeapBabAllocator());

    @BeforeEach
    void listen() {
        sites.b.start(1 << 20, "none");
    }

    private Socket dial(String from) {
        Socket socket = new Socket();
        sites.network
                .host(from)
                .dial(null, sites.b.addresses.outside(), 1000, SocketOptions.SYSTEM, sites.loop, socket);
        return socket;
    }

    private List<String> refusals() {
        return sites.events.stream()
                .filter(one -> one.contains("refused a connection from "))
                .toList();
    }

    @Test
    void shouldTellOnceWhoSaidSomethingElseThanAHelloHoweverOftenAndWhateverItWas() {
        for (int i = 0; i < 50; i++) {
            byte[] noise = new byte[100];
            random.nextBytes(noise);
            Socket socket = dial(STRANGER);
            socket.send(noise);
            sites.await("the end of the connection", () -> socket.fin || socket.closed);
        }
        assertThat(refusals())
                .singleElement()
                .asString()
                .startsWith("refused a connection from " + STRANGER + ":")
                .contains(": it said no hello: peer violated the protocol: no record: magic=0x");
    }

    @Test
    void shouldTellWhoIsTurnedAwayBecauseTooManySayNothing() {
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            silent.add(dial(STRANGER));
        }
        sites.loop.runFor(TwoSites.SECOND);
        Socket late = dial("10.9.0.8");
        sites.await("the end of the connection", () -> late.fin || late.closed);
        assertThat(refusals())
                .singleElement()
                .asString()
                .startsWith("refused a connection from 10.9.0.8:")
                .endsWith(": there are 256 already that have said no hello");
        sites.await("the others' end", () -> silent.stream().allMatch(one -> one.fin || one.closed));
        assertThat(refusals()).last().asString().endsWith(": it said no hello: no hello within 5 s");
    }
}
