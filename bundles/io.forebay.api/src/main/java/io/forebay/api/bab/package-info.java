/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Memory for the BAB: allocators lend segments, within a limit, to one relay each.
 *
 * <p>Plug-in bundles implement these interfaces and register a {@link io.forebay.api.bab.BabAllocator} service; only
 * the engine calls them, on threads of its own, several at once, never on one that serves connections. {@code open} and
 * {@code close} of a memory may block; lending and taking back happen all the time and should return at once. A leased segment belongs to the caller until
 * it is released.
 */
@Export
@Version("1.0.0")
package io.forebay.api.bab;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
