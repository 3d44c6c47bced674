/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.transport;

import org.osgi.annotation.versioning.ProviderType;

/** Receives what a listener accepts. */
@ProviderType
public interface ListenerHandler {

    /** A connection was accepted. Called on the listener's loop. It must be started or closed, at once or later. */
    void onAccept(Accepted accepted);
}
