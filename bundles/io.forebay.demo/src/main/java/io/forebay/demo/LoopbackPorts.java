/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Free addresses on 127.0.0.1, for processes that have to be told their ports before they start. */
final class LoopbackPorts {
    /** Linux takes the ports of outgoing connections from above these: so none of them takes one that was found free. */
    private static final int LOWEST = 10_000;

    private static final int BEYOND = 32_768;
    private static final int TRIES = 1_000;

    private LoopbackPorts() {}

    /** Different addresses which were free a moment ago. */
    static List<InetSocketAddress> free(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket();
                held.add(socket); // held until all are chosen, so that no two are the same
                bind(socket);
            }
            return held.stream()
                    .map(each -> (InetSocketAddress) each.getLocalSocketAddress())
                    .toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private static void bind(ServerSocket socket) throws IOException {
        for (int i = 1; !socket.isBound(); i++) {
            try {
                socket.bind(address(ThreadLocalRandom.current().nextInt(LOWEST, BEYOND)));
            } catch (BindException taken) {
                if (i == TRIES) {
                    throw taken;
                }
            }
        }
    }

    static InetSocketAddress address(int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        } catch (IOException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
