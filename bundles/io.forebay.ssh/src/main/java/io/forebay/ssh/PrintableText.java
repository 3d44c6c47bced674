/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

/** What others sent, fit for one line of the log. */
final class PrintableText {

    private static final int CHARACTERS_MAX = 200;

    private PrintableText() {}

    /** The text with everything but printable ASCII replaced by {@code ?}, cut at 200 characters. */
    static String of(String text) {
        String cut = text.length() > CHARACTERS_MAX ? text.substring(0, CHARACTERS_MAX) + "..." : text;
        return cut.replaceAll("[^ -~]", "?");
    }
}
