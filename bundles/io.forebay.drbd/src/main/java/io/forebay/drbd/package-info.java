/**
 * What a relay must know of the DRBD and bsr wire protocol: which socket a fresh connection is
 * ({@link io.forebay.drbd.FirstPacket}), which packets pass ({@link io.forebay.drbd.FrameScanner}), and what the two
 * nodes tell each other about themselves ({@link io.forebay.drbd.SessionObserver}).
 *
 * <p>The engine calls. It looks, it never changes, copies or keeps a buffer: memory handed in belongs to the caller
 * again when the call returns. All integers on the wire are unsigned and big-endian.
 */
@Export
@Version("1.0.0")
package io.forebay.drbd;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
