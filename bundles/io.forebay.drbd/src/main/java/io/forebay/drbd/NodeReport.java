/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/**
 * What one node last told about itself for one volume, in DRBD's words; {@code ?} where it told nothing.
 *
 * @param role such as {@code Primary}
 * @param connection the combined connection and replication state, such as {@code SyncSource}
 * @param disk such as {@code UpToDate}
 */
public record NodeReport(String role, String connection, String disk) {}
