/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Relays as configuration gives them and as operators see them.
 *
 * <p>The engine implements {@link io.forebay.api.relay.Relays}; configuration, shell, control and metrics call it, on
 * any thread. The configuration bundle implements {@link io.forebay.api.relay.RelayConfigurations} for those who change
 * relays that it did not make; on any thread but a loop's. All results are immutable values.
 */
@Export
@Version("1.2.0")
package io.forebay.api.relay;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
