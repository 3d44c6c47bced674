/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.RelaySettings;
import io.forebay.api.text.AddressText;
import java.net.InetSocketAddress;

/** A setting that this Forebay cannot give a relay now; the message names where it stands, and why. */
final class RefusedSettingException extends Exception {

    private static final long serialVersionUID = 1;

    RefusedSettingException(RelaySettings settings, String key, Object value, Exception cause) {
        super("%s: %s = %s: %s".formatted(settings.source(), key, text(value), cause.getMessage()), cause);
    }

    private static Object text(Object value) {
        return value instanceof InetSocketAddress address ? AddressText.of(address) : value;
    }
}
