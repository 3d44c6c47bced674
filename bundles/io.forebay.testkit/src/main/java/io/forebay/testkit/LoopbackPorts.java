/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import io.forebay.testkit.drbd.FreeAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Ports of 127.0.0.1 that behave as a test needs it. */
final class LoopbackPorts {

    private LoopbackPorts() {}

    static InetSocketAddress address(int port) {
        return new InetSocketAddress("127.0.0.1", port);
    }

    /** A port that nobody listens on. */
    static int closed() throws IOException {
        return FreeAddresses.loopback(1).get(0).getPort();
    }

    /** Runs a test against a port whose kernel answers nothing: its queue of connections is full. */
    static void onDeafPort(IntConsumer test) throws IOException {
        List<SocketChannel> queued = new ArrayList<>();
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            for (int i = 0; i < 4; i++) {
                SocketChannel channel = SocketChannel.open();
                queued.add(channel);
                channel.configureBlocking(false);
                channel.connect(address(socket.getLocalPort()));
            }
            test.accept(socket.getLocalPort());
        } finally {
            for (SocketChannel channel : queued) {
                channel.close();
            }
        }
    }
}
