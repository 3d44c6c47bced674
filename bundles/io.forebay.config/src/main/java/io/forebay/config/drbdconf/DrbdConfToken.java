/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

/**
 * One token.
 *
 * @param kind what it is
 * @param text without quotes and the backslashes of escapes; empty at the end
 * @param place of its first character
 */
record DrbdConfToken(Kind kind, String text, DrbdConfPlace place) {

    private static final int SHOWN_MAX = 60;

    enum Kind {
        /** Letters, digits and {@code / . _ -}, or an IPv6 address: a keyword, a name or a value. */
        WORD,
        /** Something in double quotes: a name or a value, never a keyword. */
        QUOTED,
        /** Any other single character. */
        MARK,
        /** The end of the file. */
        END
    }

    /** Whether it is this keyword or this mark. */
    boolean is(String expected) {
        return (kind == Kind.WORD || kind == Kind.MARK) && text.equals(expected);
    }

    /** Whether it can be a name or a value. */
    boolean isText() {
        return kind == Kind.WORD || kind == Kind.QUOTED;
    }

    boolean isEnd() {
        return kind == Kind.END;
    }

    /** As a sentence calls it; a long one is cut. */
    String shown() {
        if (isEnd()) {
            return "the end of the file";
        }
        return "\"" + (text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "…" : text) + "\"";
    }
}
