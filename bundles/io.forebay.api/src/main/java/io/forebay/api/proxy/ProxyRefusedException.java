/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.proxy;

/** A connection, or a configuration of connections, that cannot be used. The message is a sentence for operators. */
public final class ProxyRefusedException extends Exception {

    private static final long serialVersionUID = 1;

    public ProxyRefusedException(String sentence) {
        super(sentence, null, false, false);
    }
}
