/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/**
 * What both nodes last told about one volume.
 *
 * @param volume its number
 * @param local the local node's word
 * @param far the far node's word
 */
public record VolumeSnapshot(int volume, NodeReport local, NodeReport far) {}
