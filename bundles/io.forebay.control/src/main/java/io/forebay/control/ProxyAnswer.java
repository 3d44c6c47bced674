/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import java.util.List;

/**
 * What a command of {@code drbd-proxy-ctl} answers.
 *
 * @param status the exit status: {@link #DONE} or {@link #REFUSED}. drbdadm prints an error from 10 on, and from 20 on
 *     leaves out all further resources, so none is that high
 * @param out for standard output: empty, or ends with an end of line
 * @param err for standard error: notes and refusals, likewise
 * @param shutdown whether Forebay is to end after this
 */
record ProxyAnswer(int status, String out, String err, boolean shutdown) {

    static final int DONE = 0;
    static final int REFUSED = 1;

    static final ProxyAnswer NOTHING = new ProxyAnswer(DONE, "", "", false);
    static final ProxyAnswer SHUTDOWN = new ProxyAnswer(DONE, "", "", true);

    static ProxyAnswer text(String text) {
        return new ProxyAnswer(DONE, text.isEmpty() || text.endsWith("\n") ? text : text + "\n", "", false);
    }

    static ProxyAnswer refusal(String sentence) {
        return new ProxyAnswer(
                REFUSED,
                "",
                "drbd-proxy-ctl: " + printable(sentence).replaceFirst("^drbd-proxy-ctl: ", "") + "\n",
                false);
    }

    static ProxyAnswer notes(List<String> sentences) {
        StringBuilder err = new StringBuilder();
        sentences.forEach(sentence ->
                err.append("drbd-proxy-ctl: note: ").append(printable(sentence)).append('\n'));
        return new ProxyAnswer(DONE, "", err.toString(), false);
    }

    /** One line, with nothing in it that a terminal would obey: sentences quote what was typed. */
    private static String printable(String sentence) {
        return sentence.replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cc}", "?");
    }

    /** Both answers, one after the other, with the worse status. */
    ProxyAnswer and(ProxyAnswer next) {
        return new ProxyAnswer(
                Math.max(status, next.status), out + next.out, err + next.err, shutdown || next.shutdown);
    }
}
