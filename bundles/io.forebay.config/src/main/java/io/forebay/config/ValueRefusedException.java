/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

/** A value that cannot be used. The message goes on after {@code key = value}: what it is not, and what to write. */
public final class ValueRefusedException extends Exception {

    private static final long serialVersionUID = 1;

    ValueRefusedException(String message) {
        super(message, null, false, false);
    }
}
