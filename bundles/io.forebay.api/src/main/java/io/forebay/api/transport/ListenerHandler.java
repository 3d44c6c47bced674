/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.transport;

import java.net.InetSocketAddress;
import org.osgi.annotation.versioning.ProviderType;

/** Receives what a listener accepts. */
@ProviderType
public interface ListenerHandler {

    /** A connection was accepted. Called on the listener's loop. It must be started or closed, at once or later. */
    void onAccept(Accepted accepted);

    /**
     * A connection was closed instead of being accepted, because the other end could not prove who it is. Called on the
     * listener's loop, for every such connection: whoever makes a noise about it must not be driven to it by strangers.
     *
     * @param reason a clause with problem, cause and remedy; parts of it may come from the other end
     */
    default void onRefused(InetSocketAddress remote, String reason) {}
}
