/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

/** What an exception says. */
final class Failure {
    private Failure() {}

    static String text(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
