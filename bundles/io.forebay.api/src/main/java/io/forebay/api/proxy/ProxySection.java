/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.proxy;

import java.util.Objects;

/**
 * A connection that {@code drbd.conf} has for this host.
 *
 * @param resource DRBD's resource
 * @param place where its {@code proxy} section stands: file, line and column
 * @param connection what drbdadm would configure
 */
public record ProxySection(String resource, String place, ProxyConnection connection) {

    public ProxySection {
        Objects.requireNonNull(resource);
        Objects.requireNonNull(place);
        Objects.requireNonNull(connection);
    }
}
