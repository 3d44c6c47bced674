/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** Makes listeners and connections. Thread-safe. */
@ConsumerType
public interface Transport {

    /** What it runs on, for operators, for example {@code netty epoll}. */
    String name();

    /**
     * The loops, at least one, always the same list. Whoever makes a connection chooses the loop it lives on. The engine keeps
     * the last one free of data, if there is another.
     */
    List<Loop> loops();

    /**
     * Why connections cannot have a congestion control ({@link SocketOptions#congestion}), in words that go on after its name;
     * empty if they can. May ask the system; not on a loop.
     */
    default Optional<String> congestionProblem(String congestion) {
        return Optional.of("cannot be chosen by the transport %s: remove the line".formatted(name()));
    }

    /**
     * Listens at an exact address.
     *
     * @param address port 0 takes any free port
     * @param loop where {@code handler} is called
     * @throws IOException if the address cannot be had; the message names it
     */
    Listener listen(InetSocketAddress address, Loop loop, ListenerHandler handler) throws IOException;

    /**
     * Dials. Ends in {@link ConnectionHandler#onOpen} or {@link ConnectionHandler#onDialFailed}, on {@code loop}, unless
     * it is cancelled first. May be called on any thread.
     *
     * @param local the address to dial from, its port 0 for an ephemeral one; {@code null} for any
     * @param remote where to; a name is resolved at each dial
     * @param timeoutMs how long the dial may take
     */
    Dial dial(
            InetSocketAddress local,
            InetSocketAddress remote,
            int timeoutMs,
            SocketOptions options,
            Loop loop,
            ConnectionHandler handler);

    /**
     * This transport with TLS 1.3 on all that it dials and accepts. Its loops are the same. {@code onOpen} and {@code
     * onAccept} come only when both ends have proved that they hold the key that the other knows them by; whoever cannot is
     * told to {@link ConnectionHandler#onDialFailed} or {@link ListenerHandler#onRefused}. Its keys are the transport's affair.
     * What ends in one direction ends in the other soon, too: TLS need not go on half-closed.
     * Empty, as it is without this method, if the transport has no TLS: then whoever wants it must not connect at all.
     */
    default Optional<Transport> secured() {
        return Optional.empty();
    }

    /** What keeps its connections from being made or will soon, a sentence with the remedy; empty if nothing does. Any thread. */
    default String problem() {
        return "";
    }
}
