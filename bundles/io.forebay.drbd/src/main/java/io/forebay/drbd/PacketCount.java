/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

/**
 * How much of one packet type passed in one direction of one channel.
 *
 * @param type the packet type
 * @param packets how many
 * @param bytes their size on the wire, headers included
 */
public record PacketCount(PacketType type, long packets, long bytes) {}
