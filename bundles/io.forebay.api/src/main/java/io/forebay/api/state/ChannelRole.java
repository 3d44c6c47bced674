/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.state;

/** Who dialled the local leg of a channel. */
public enum ChannelRole {
    /** The local DRBD dialled us. */
    ACCEPTOR,
    /** We dial the local DRBD. */
    CONNECTOR
}
