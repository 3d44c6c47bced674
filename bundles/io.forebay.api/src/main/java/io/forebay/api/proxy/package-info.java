/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Relays as {@code drbd.conf} and {@code drbd-proxy-ctl} word them.
 *
 * <p>The configuration bundle implements {@link io.forebay.api.proxy.ProxyConnections}; control and shell call it, on any
 * thread but a loop's. All results are immutable values.
 */
@Export
@Version("1.0.0")
package io.forebay.api.proxy;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
