/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.state.StateTable;
import io.forebay.api.state.Transition;
import io.forebay.api.transport.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a Forebay that has just started does before anybody needs it: it relays some connections between two relays of its own,
 * over loopback. After that the virtual machine has loaded and compiled what relaying takes; without it, DRBDs that dial by
 * hundreds wait twice as long, and the first of them ten times. It tells nobody, and when it fails nothing is lost.
 */
final class Rehearsal implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /** Enough for the compiler to take up what runs once in a connection. */
    static final int CONNECTIONS = 100;

    /** Blocks of the last connection; each of the others has one. */
    private static final int BLOCKS = 256;

    private static final long MEMLIMIT_BYTES = 4 << 20;
    private static final int TIMEOUT_MS = 3_000;
    private static final int AGAIN_MS = 20;

    /** P_INITIAL_DATA and P_INITIAL_META, with which a DRBD begins its connections. */
    private static final byte[] FIRST_DATA = HexFormat.of().parseHex("83740267fff20000");

    private static final byte[] FIRST_META = HexFormat.of().parseHex("83740267fff10000");

    private static final byte[] PING = HexFormat.of().parseHex("8374026700130000");

    /** A P_DATA packet: its header, 24 bytes about the block, and a block of 128 KiB. */
    private static final byte[] BLOCK = new byte[8 + 24 + (128 << 10)];

    static {
        System.arraycopy(HexFormat.of().parseHex("835a000000020018"), 0, BLOCK, 0, 8);
    }

    private final Engine engine;
    private final PlugIn<BabAllocator> allocator;
    private final byte[] received = new byte[BLOCK.length];
    private volatile int connections;
    private volatile boolean ended;

    /**
     * Relays as an engine with these parts does.
     *
     * @param allocator what the relays' memory comes from
     */
    Rehearsal(Transport transport, StateTable states, Surroundings around, PlugIn<BabAllocator> allocator) {
        this.engine = new Engine(transport, states, around.telling(new Silence()));
        this.allocator = allocator;
    }

    /** Makes a line for the log of every transition, and keeps it to itself. */
    private static final class Silence implements ChannelEvents {
        private volatile String line;

        @Override
        public void onTransition(Transition transition) {
            line = EventLog.line(transition, 0);
        }

        @Override
        public void onSentence(String relay, String sentence) {
            line = sentence;
        }

        @Override
        public void onNews(String relay, String sentence) {
            line = sentence;
        }
    }

    /** Takes a second or two, and some if there is a fault. */
    @Override
    public void run() {
        try (ServerSocket far = new ServerSocket(0, 2, LOOPBACK)) {
            far.setSoTimeout(TIMEOUT_MS);
            InetSocketAddress inside = relays(far);
            while (connections < CONNECTIONS && !ended) {
                relay(inside, far, connections < CONNECTIONS - 1 ? 1 : BLOCKS);
                connections++;
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("The rehearsal was not finished", e);
        } finally {
            end();
        }
    }

    /** The rest of it is not needed; completes when nothing of the allocator is in use any more. */
    synchronized CompletableFuture<Void> end() {
        ended = true;
        engine.close();
        return engine.removeAllocator(allocator);
    }

    /** Data and meta connections that were relayed from their beginning to their end. */
    int connections() {
        return connections;
    }

    /** Two relays; answers where the near DRBD dials. */
    private synchronized InetSocketAddress relays(ServerSocket far) throws IOException {
        List<InetSocketAddress> free = freeAddresses(5);
        if (ended) {
            return free.get(0);
        }
        engine.addAllocator(allocator);
        put("near", free.get(0), free.get(1), free.get(2), free.get(3));
        put("far", free.get(4), (InetSocketAddress) far.getLocalSocketAddress(), free.get(3), free.get(2));
        return free.get(0);
    }

    private void put(
            String name,
            InetSocketAddress inside,
            InetSocketAddress drbd,
            InetSocketAddress outside,
            InetSocketAddress peer) {
        engine.put(new RelaySettings(
                name,
                "rehearsal",
                new RelayAddresses(inside, drbd, outside, peer),
                MEMLIMIT_BYTES,
                allocator.name(),
                CodecChoice.parse(CodecChoice.NONE),
                PlugInTargets.ANY,
                RelayTimeouts.DEFAULT,
                LineSettings.DEFAULT,
                "the rehearsal"));
    }

    private static List<InetSocketAddress> freeAddresses(int count) throws IOException {
        List<ServerSocket> taken = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                taken.add(new ServerSocket(0, 1, LOOPBACK));
            }
            return taken.stream()
                    .map(socket -> (InetSocketAddress) socket.getLocalSocketAddress())
                    .toList();
        } finally {
            for (ServerSocket socket : taken) {
                socket.close();
            }
        }
    }

    /** A data and a meta connection, from the first packet to the end; with each block goes a ping. */
    private void relay(InetSocketAddress inside, ServerSocket far, int blocks) throws IOException {
        try (Socket data = dial(inside, FIRST_DATA);
                Socket farData = accept(far);
                Socket meta = dial(inside, FIRST_META);
                Socket farMeta = accept(far)) {
            for (int i = 0; i < blocks && !ended; i++) {
                pass(BLOCK, data, farData);
                pass(PING, meta, farMeta);
                pass(PING, farMeta, meta);
            }
        }
    }

    private void pass(byte[] packet, Socket from, Socket to) throws IOException {
        from.getOutputStream().write(packet);
        read(to, packet.length);
    }

    private void read(Socket from, int bytes) throws IOException {
        InputStream in = from.getInputStream();
        if (in.readNBytes(received, 0, bytes) < bytes) {
            throw new IOException("connection ended early");
        }
    }

    /** The relay listens as soon as it has memory. */
    private Socket dial(InetSocketAddress inside, byte[] first) throws IOException {
        for (int left = TIMEOUT_MS / AGAIN_MS; ; left--) {
            Socket socket = new Socket();
            try {
                socket.connect(inside, TIMEOUT_MS);
                settle(socket).getOutputStream().write(first);
                return socket;
            } catch (IOException e) {
                socket.close();
                if (left == 0 || ended) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(AGAIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketTimeoutException("interrupted");
        }
    }

    private Socket accept(ServerSocket far) throws IOException {
        Socket socket = settle(far.accept());
        read(socket, FIRST_DATA.length);
        return socket;
    }

    private static Socket settle(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        return socket;
    }
}
