/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.text;

import java.net.InetSocketAddress;

/** Writes addresses as configurations spell them. */
public final class AddressText {

    private AddressText() {}

    /** For example {@code 10.0.0.1:7788}, {@code [fd00::1]:7788} or {@code host.example:7788}. */
    public static String of(InetSocketAddress address) {
        String host = address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
