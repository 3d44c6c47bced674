/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.relay;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The configurations of running relays, wherever they come from. What is changed here is in force and is written nowhere.
 * Thread-safe; a change blocks until it is in force, at most a few seconds, so it is not made on a loop.
 */
@ProviderType
public interface RelayConfigurations {

    /**
     * Sets a key of a relay. Its settings are put again even if it has that value already, so plug-ins that misbehaved get
     * another chance. A target filter is about the plug-in beside it: it goes when that is another one, and comes back with it.
     *
     * @param relay the relay's name
     * @param key as in a relay's file: {@code codec}, {@code allocator}, {@code memlimit}; a relay of
     *     {@code drbd-proxy-ctl} has only those that {@code set} knows, and {@code codec}
     * @param value as in a relay's file
     * @return remarks for whoever asked, a sentence each: how long it lasts, and what is taken for something else
     * @throws RelayRefusedException if there is no such relay, or it cannot have this; nothing has changed
     */
    List<String> set(String relay, String key, String value) throws RelayRefusedException;
}
