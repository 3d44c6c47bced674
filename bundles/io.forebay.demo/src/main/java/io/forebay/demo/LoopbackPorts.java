/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Free addresses on 127.0.0.1, for processes that have to be told their ports before they start. */
final class LoopbackPorts {
    private LoopbackPorts() {}

    /** Different addresses which were free a moment ago. */
    static List<InetSocketAddress> free(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket();
                held.add(socket); // held until all are chosen, so that no two are the same
                socket.bind(address(0));
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

    static InetSocketAddress address(int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        } catch (IOException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
