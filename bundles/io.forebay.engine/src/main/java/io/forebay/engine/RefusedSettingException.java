/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.relay.RelaySettings;

/** A setting that this Forebay cannot give a relay now; the message names where it stands, and why. */
final class RefusedSettingException extends Exception {

    private static final long serialVersionUID = 1;

    RefusedSettingException(RelaySettings settings, String key, Object value, Exception cause) {
        super("%s: %s = %s: %s".formatted(settings.source(), key, value, cause.getMessage()), cause);
    }
}
