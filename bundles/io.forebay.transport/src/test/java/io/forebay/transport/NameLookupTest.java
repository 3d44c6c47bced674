/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import io.forebay.api.transport.Connection;
import io.forebay.api.transport.ConnectionHandler;
import io.forebay.api.transport.SocketOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Names of peers, whose addresses may change while a relay is at work. */
class NameLookupTest {

    private static final String NAME = "peer.example";
    private static final int DEADLINE_S = 10;

    private final AtomicReference<InetAddress[]> answer = new AtomicReference<>();
    private final NettyTransport transport = new NettyTransport(2, true, Path.of(""), this::lookUp);

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        InetAddress[] known = answer.get();
        if (known == null || !host.equals(NAME)) {
            throw new UnknownHostException(host);
        }
        return known;
    }

    /** Where a dial of the name leads, or why to nowhere. */
    private String dial(int port) throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        transport.dial(
                null,
                InetSocketAddress.createUnresolved(NAME, port),
                5000,
                SocketOptions.SYSTEM,
                transport.loops().get(0),
                new ConnectionHandler() {
                    @Override
                    public void onOpen(Connection connection) {
                        end.complete(connection.remoteAddress().getAddress().getHostAddress());
                        connection.close();
                    }

                    @Override
                    public void onDialFailed(IOException cause) {
                        end.complete(cause.getMessage());
                    }

                    @Override
                    public ByteBuffer readTarget() {
                        return null;
                    }

                    @Override
                    public void onRead(int bytes) {
                        throw new IllegalStateException("read without a target: bytes=" + bytes);
                    }

                    @Override
                    public void onFin() {
                        // It is closed already.
                    }

                    @Override
                    public void onWritten(int bytes) {
                        throw new IllegalStateException("nothing was written: bytes=" + bytes);
                    }

                    @Override
                    public void onClosed(IOException cause) {
                        // As it was asked to.
                    }
                });
        return end.get(DEADLINE_S, TimeUnit.SECONDS);
    }

    private static InetAddress[] addresses(String... texts) throws UnknownHostException {
        InetAddress[] all = new InetAddress[texts.length];
        for (int i = 0; i < texts.length; i++) {
            all[i] = InetAddress.getByName(texts[i]);
        }
        return all;
    }

    @Test
    void shouldAskForTheAddressAtEveryDial() throws Exception {
        try (ServerSocket one = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            int port = one.getLocalPort();
            try (ServerSocket other = new ServerSocket(port, 5, InetAddress.getByName("127.0.0.2"))) {
                assertThat(dial(port)).contains(NAME).contains("unknown host");
                answer.set(addresses("127.0.0.1"));
                assertThat(dial(port)).isEqualTo("127.0.0.1");
                answer.set(addresses("127.0.0.2"));
                assertThat(dial(port)).isEqualTo("127.0.0.2");
                answer.set(addresses("127.0.0.3", "127.0.0.1"));
                assertThat(dial(port)).as("the second, for the first refuses").isEqualTo("127.0.0.1");
                try (Socket taken = other.accept()) {
                    assertThat(taken.isConnected()).isTrue();
                }
            }
        } finally {
            transport.stop();
        }
    }

    @Test
    void shouldReachAPeerThatMovedToIpv6() throws Exception {
        InetAddress ipv6 = InetAddress.getByName("::1");
        assumeThatCode(() -> new ServerSocket(0, 1, ipv6).close()).doesNotThrowAnyException();
        try (ServerSocket one = new ServerSocket(0, 5, ipv6)) {
            answer.set(addresses("127.0.0.1", "::1"));
            assertThat(dial(one.getLocalPort())).isEqualTo("0:0:0:0:0:0:0:1");
        } finally {
            transport.stop();
        }
    }
}
