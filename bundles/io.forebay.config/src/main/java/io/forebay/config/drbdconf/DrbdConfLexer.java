/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import io.forebay.config.drbdconf.DrbdConfToken.Kind;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a file into tokens as drbdadm does: blanks separate, {@code #} begins a comment, an IPv6 address is one word although
 * it has colons, and every other character that is not part of a word stands for itself. For one thread.
 */
final class DrbdConfLexer {

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9/._-]+");
    private static final Pattern IPV6 = Pattern.compile("::[fF]{4}:(?:\\d{1,3}\\.){3}\\d{1,3}|"
            + "(?:[0-9A-Fa-f]{1,4}:(?:[0-9A-Fa-f]{1,4}:){0,5}|:)(?:[0-9A-Fa-f]{1,4})?:(?:[0-9A-Fa-f]{1,4}"
            + "(?::[0-9A-Fa-f]{1,4}){0,5})?(?:%[A-Za-z0-9/._-]+)?");

    private final String file;
    private final String text;
    private int at;
    private int line = 1;
    private int lineStart;
    private DrbdConfToken ahead;

    /**
     * @param file as messages name it
     * @param text all of it
     */
    DrbdConfLexer(String file, String text) {
        this.file = file;
        this.text = text;
    }

    String file() {
        return file;
    }

    /** The next token, which stays the next. */
    DrbdConfToken peek() throws DrbdConfException {
        if (ahead == null) {
            ahead = read();
        }
        return ahead;
    }

    /** The next token; {@code END} again and again at the end. */
    DrbdConfToken next() throws DrbdConfException {
        DrbdConfToken token = peek();
        ahead = null;
        return token;
    }

    private DrbdConfToken read() throws DrbdConfException {
        skipBlanks();
        DrbdConfPlace place = new DrbdConfPlace(file, line, at - lineStart + 1);
        if (at == text.length()) {
            return new DrbdConfToken(Kind.END, "", place);
        }
        if (text.charAt(at) == '"') {
            return quoted(place);
        }
        int end = Math.max(end(WORD), end(IPV6));
        Kind kind = end > at ? Kind.WORD : Kind.MARK;
        int start = at;
        at = kind == Kind.WORD ? end : text.offsetByCodePoints(at, 1);
        return new DrbdConfToken(kind, text.substring(start, at), place);
    }

    private int end(Pattern pattern) {
        Matcher matcher = pattern.matcher(text).region(at, text.length());
        return matcher.lookingAt() ? matcher.end() : at;
    }

    private void skipBlanks() {
        boolean comment = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                comment = false;
                line++;
                lineStart = at + 1;
            } else if (c == '#') {
                comment = true;
            } else if (!comment && c != ' ' && c != '\t' && c != '\r') {
                return;
            }
            at++;
        }
    }

    private DrbdConfToken quoted(DrbdConfPlace place) throws DrbdConfException {
        StringBuilder content = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != '\n'; at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return new DrbdConfToken(Kind.QUOTED, content.toString(), place);
            }
            if (c == '\\' && at + 1 < text.length() && text.charAt(at + 1) != '\n') {
                at++;
                c = text.charAt(at);
            }
            content.append(c);
        }
        throw new DrbdConfException(
                place, "the quoted text that begins here does not end on its line: close it with a double quote.");
    }
}
