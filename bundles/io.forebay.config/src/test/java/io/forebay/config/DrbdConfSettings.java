/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import java.lang.annotation.Annotation;

/** Where {@code drbd.conf} is, and the name that it has for this machine. */
record DrbdConfSettings(String drbd$_$conf, String host) implements ProxyRelays.Settings {

    @Override
    public Class<? extends Annotation> annotationType() {
        return ProxyRelays.Settings.class;
    }
}
