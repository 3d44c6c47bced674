/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.transport;

import java.net.InetSocketAddress;
import org.osgi.annotation.versioning.ConsumerType;

/** A listening socket. */
@ConsumerType
public interface Listener extends AutoCloseable {

    /** The bound address, with the port really taken. */
    InetSocketAddress address();

    /** Stops listening, and has stopped when it returns, unless it is called on a loop. Connections accepted live on. */
    @Override
    void close();
}
