/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

/** What a channel's compression waits for. */
enum Scarcity {
    /** Records wait for the line, and the codec keeps up. */
    LINE,
    /** Bytes wait for a codec thread. */
    CPU,
    /** Nothing waits. */
    NONE
}
