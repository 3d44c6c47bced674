/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit.drbd;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Addresses that nobody listens at, for nodes and relays that will. Thread-safe. */
public final class FreeAddresses {

    /** Linux takes the ports of outgoing connections from above these: so none of them takes one that was found free. */
    private static final int LOWEST = 10_000;

    private static final int BEYOND = 32_768;
    private static final int TRIES = 1_000;

    private FreeAddresses() {}

    /** Different ports of 127.0.0.1 which were free a moment ago. */
    public static List<InetSocketAddress> loopback(int count) throws IOException {
        return of(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), count);
    }

    /** Different ports of an address of this machine which were free a moment ago. */
    public static List<InetSocketAddress> of(InetAddress host, int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(held(host)); // until all are chosen, so that no two are the same
            }
            return held.stream()
                    .map(socket -> (InetSocketAddress) socket.getLocalSocketAddress())
                    .toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private static ServerSocket held(InetAddress host) throws IOException {
        for (int i = 1; true; i++) {
            try {
                return new ServerSocket(ThreadLocalRandom.current().nextInt(LOWEST, BEYOND), 1, host);
            } catch (BindException taken) {
                if (i == TRIES) {
                    throw taken;
                }
            }
        }
    }
}
