/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Finds the addresses of a host; may block. */
interface NameLookup {
    /** All addresses, those first that are to be tried first. */
    InetAddress[] addresses(String host) throws UnknownHostException;
}
