/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.transport;

import java.net.InetSocketAddress;
import org.osgi.annotation.versioning.ConsumerType;

/** An accepted connection that no loop serves yet. */
@ConsumerType
public interface Accepted {

    /** The address it came from. */
    InetSocketAddress remoteAddress();

    /** Puts the connection on a loop; {@link ConnectionHandler#onOpen} follows there. Once only; any thread. */
    void start(Loop loop, SocketOptions options, ConnectionHandler handler);

    /** Closes it, in an orderly way (FIN), instead of starting it. Any thread. */
    void close();
}
