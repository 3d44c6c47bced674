/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.state;

/** What DRBD uses a channel for; known from its first packet (rule R2 of the wire protocol). */
public enum ChannelType {
    UNDEFINED,
    DATA,
    META
}
