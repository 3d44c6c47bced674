/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** TCP's congestion control of a socket, which Linux lets be chosen by name (tcp(7), {@code TCP_CONGESTION}). */
final class TcpCongestion {

    private static final int IPPROTO_TCP = 6;
    private static final int TCP_CONGESTION = 13;

    /** TCP_CA_NAME_MAX of Linux, with the zero byte at the end. */
    private static final int NAME_MAX_BYTES = 16;

    private static final Path ALLOWED = Path.of("/proc/sys/net/ipv4/tcp_allowed_congestion_control");

    private TcpCongestion() {}

    /** Sets it; answers whether the system took it. */
    static boolean set(SocketChannel channel, String name) {
        ByteBuffer bytes = ByteBuffer.wrap(name.getBytes(StandardCharsets.US_ASCII));
        RawUnixChannelOption option =
                new RawUnixChannelOption("TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, bytes.remaining());
        try {
            return bytes.remaining() < NAME_MAX_BYTES && channel.config().setOption(option, bytes);
        } catch (ChannelException refused) {
            return false; // problem(...) told the operator already
        }
    }

    /** The name of what is in use. */
    static String of(EpollSocketChannel channel) {
        RawUnixChannelOption option =
                new RawUnixChannelOption("TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, NAME_MAX_BYTES);
        ByteBuffer bytes = channel.config().getOption(option);
        return StandardCharsets.US_ASCII.decode(bytes).toString().replaceFirst("\0.*", "");
    }

    /** Why sockets of a kind cannot have it, in words that go on after the name; empty if they can. Asks the system. */
    static Optional<String> problem(SocketKind kind, String name) {
        if (kind != SocketKind.EPOLL) {
            return Optional.of("cannot be chosen, because this platform has no " + SocketKind.EPOLL.label()
                    + ": choose it for the whole system, or for a route, and remove the line");
        }
        EpollSocketChannel probe = new EpollSocketChannel();
        try {
            return set(probe, name)
                    ? Optional.empty()
                    : Optional.of(
                            ("is not a congestion control that this system lets programs choose (%s): load it with"
                                            + " modprobe tcp_%s, and add it to sysctl net.ipv4.tcp_allowed_congestion_control; the"
                                            + " system's own is used")
                                    .formatted(allowed(), name));
        } finally {
            probe.unsafe().closeForcibly();
        }
    }

    private static String allowed() {
        try {
            return Files.readString(ALLOWED).strip().replace(" ", ", ");
        } catch (IOException e) {
            return "which, it does not say";
        }
    }
}
