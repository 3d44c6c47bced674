/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Compressors and their decompressors.
 *
 * <p>Plug-in bundles implement these interfaces and register a {@link io.forebay.api.codec.Codec} service; only the
 * engine calls them, on its worker threads, never on one that serves connections. A compressor or decompressor is used by one thread at a time,
 * not always the same one. The buffers handed in stay the caller's and are never kept.
 */
@Export
@Version("1.1.0")
package io.forebay.api.codec;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
