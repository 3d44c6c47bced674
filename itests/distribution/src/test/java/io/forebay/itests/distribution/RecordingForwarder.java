/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.distribution;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Stands in the line between two sites, as whoever reads it, and keeps the beginning of each direction of each connection. */
final class RecordingForwarder implements AutoCloseable {

    private static final int KEPT_BYTES = 4 << 20;

    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final List<ByteArrayOutputStream> records = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();

    RecordingForwarder(InetSocketAddress target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        run(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    private static void run(Runnable task) {
        Thread thread = new Thread(task, "recording-forwarder");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket from = listener.accept();
                Socket to = new Socket();
                try {
                    to.connect(target, 1_000);
                } catch (IOException refused) {
                    from.close();
                    continue;
                }
                synchronized (this) {
                    sockets.add(from);
                    sockets.add(to);
                }
                forward(from, to);
                forward(to, from);
            } catch (IOException closed) {
                continue;
            }
        }
    }

    private void forward(Socket from, Socket to) {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        synchronized (this) {
            records.add(record);
        }
        run(() -> {
            byte[] buffer = new byte[64 * 1024];
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int bytes = in.read(buffer); bytes >= 0; bytes = in.read(buffer)) {
                    synchronized (this) {
                        record.write(buffer, 0, Math.min(bytes, KEPT_BYTES - record.size()));
                    }
                    out.write(buffer, 0, bytes);
                }
            } catch (IOException cut) {
                return;
            }
        });
    }

    /** Ends all connections that are there, as a line does that breaks. */
    synchronized void cut() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    /** What was read of each direction of each connection. */
    synchronized List<byte[]> records() {
        return records.stream()
                .map(ByteArrayOutputStream::toByteArray)
                .filter(bytes -> bytes.length > 0)
                .toList();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
