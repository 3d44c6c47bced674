/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Stands where the distribution's launcher stands: reads the relay's configuration and passes each connection on as it
 * is. The codec's name tells it to misbehave.
 */
final class FakeForebay {
    private static final long FAST = 20_000_000_000L;
    private static final int FLIPPED_OFFSET = 100_000; // inside the first block of the data channel

    private FakeForebay() {}

    public static void main(String[] arguments) throws Exception {
        Properties relay = new Properties();
        Path base = Path.of(System.getProperty("forebay.base"));
        try (Reader reader = Files.newBufferedReader(base.resolve("etc/io.forebay.relay-demo.cfg"))) {
            relay.load(reader);
        }
        String codec = relay.getProperty("codec");
        if (codec.equals("missing")) {
            System.out.println("codec missing is not installed");
            System.exit(3);
        }
        InetSocketAddress peer = address(relay, "peer");
        if (codec.equals("flipping")) {
            peer = flipping(peer);
        }
        WanEmulator.start(address(relay, "inside"), peer, FAST, 0);
        WanEmulator.start(address(relay, "outside"), address(relay, "drbd"), FAST, 0);
        if (codec.equals("refused")) {
            answer(base.resolve("run"), "[{\"state\":\"bridging\",\"problem\":\"codec refused is not used\"}]");
        }
        System.out.println("forebay: ready after no time at all");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static InetSocketAddress address(Properties relay, String key) {
        String text = relay.getProperty(key);
        return LoopbackPorts.address(Integer.parseInt(text.substring("127.0.0.1:".length())));
    }

    private static InetSocketAddress flipping(InetSocketAddress peer) throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.bind(LoopbackPorts.address(0));
        daemon(() -> {
            while (true) {
                Socket here = listener.accept();
                Socket there = new Socket(peer.getAddress(), peer.getPort());
                daemon(() -> copy(here, there, FLIPPED_OFFSET));
                daemon(() -> copy(there, here, -1));
            }
        });
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /** Answers every question at the control socket the same. */
    private static void answer(Path run, String text) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(Files.createDirectories(run).resolve("control.sock")));
        ByteBuffer frames = ByteBuffer.allocate(1024)
                .put((byte) 'o')
                .putInt(text.length())
                .put(text.getBytes(StandardCharsets.UTF_8))
                .put(new byte[] {'x', 0, 0, 0, 1, '0'})
                .flip();
        daemon(() -> {
            while (true) {
                try (SocketChannel client = server.accept()) {
                    client.read(ByteBuffer.allocate(256));
                    client.write(frames.duplicate());
                }
            }
        });
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void daemon(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // the connection is over
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void copy(Socket from, Socket to, int flippedOffset) throws IOException {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] bytes = new byte[8192];
        int offset = 0;
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
            if (flippedOffset >= offset && flippedOffset < offset + count) {
                bytes[flippedOffset - offset] ^= 1;
            }
            out.write(bytes, 0, count);
            offset += count;
        }
        to.shutdownOutput();
    }
}
