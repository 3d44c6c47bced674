/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Stream connections, listeners and the loops they live on.
 *
 * <p>The transport bundle implements {@link io.forebay.api.transport.Transport}; the engine calls it and implements the
 * handlers. Every handler method of a connection is called on that connection's loop; every method of a connection
 * must be called on it. Memory that is written stays the caller's, untouched, until it is reported as written.
 */
@Export
@Version("1.2.0")
package io.forebay.api.transport;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
