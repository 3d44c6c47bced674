/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.launcher;

/** Forebay cannot be started, or reached; the message is a sentence for operators. */
final class LaunchException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ExitStatus status;

    LaunchException(ExitStatus status, String sentence) {
        super(sentence);
        this.status = status;
    }

    LaunchException(ExitStatus status, String sentence, Throwable cause) {
        super(sentence, cause);
        this.status = status;
    }

    ExitStatus status() {
        return status;
    }
}
