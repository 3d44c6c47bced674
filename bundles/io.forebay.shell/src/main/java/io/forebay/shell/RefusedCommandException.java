/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

/** A command that cannot be done as it was typed. Gogo shows {@code toString}, so that is the sentence alone. */
final class RefusedCommandException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    RefusedCommandException(String sentence) {
        super(sentence);
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
