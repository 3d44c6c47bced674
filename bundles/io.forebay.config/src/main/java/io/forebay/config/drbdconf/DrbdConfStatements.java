/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import java.util.ArrayList;
import java.util.List;

/** Takes the tokens of one file statement by statement. For one thread. */
final class DrbdConfStatements {

    /** More hosts in one place than any cluster has. */
    private static final int NAMES_MAX = 256;
    /** An address has at most six. */
    private static final int ADDRESS_TOKENS_MAX = 16;

    private final DrbdConfLexer lexer;

    DrbdConfStatements(DrbdConfLexer lexer) {
        this.lexer = lexer;
    }

    DrbdConfToken peek() throws DrbdConfException {
        return lexer.peek();
    }

    DrbdConfToken next() throws DrbdConfException {
        return lexer.next();
    }

    /** Takes the brace that opens a section. */
    void open(DrbdConfToken keyword) throws DrbdConfException {
        DrbdConfToken token = lexer.next();
        if (!token.is("{")) {
            throw new DrbdConfException(
                    token.place(),
                    "the section " + keyword.text() + " needs a { here, and here stands " + token.shown()
                            + ": write what belongs to it between { and }.");
        }
    }

    /** The first token of the next statement of an open section; {@code null} once its closing brace is taken. */
    DrbdConfToken inside(DrbdConfToken keyword) throws DrbdConfException {
        DrbdConfToken token = lexer.next();
        if (token.isEnd()) {
            throw unclosed(keyword);
        }
        return token.is("}") ? null : token;
    }

    /** Takes the semicolon of a statement. */
    void end() throws DrbdConfException {
        DrbdConfToken token = lexer.next();
        if (!token.is(";")) {
            throw new DrbdConfException(
                    token.place(),
                    "a semicolon is missing here, where " + token.shown()
                            + " stands: end the statement before with ;.");
        }
    }

    /** Takes a name or a value. */
    DrbdConfToken text(String what, DrbdConfToken keyword) throws DrbdConfException {
        DrbdConfToken token = lexer.next();
        if (!token.isText()) {
            throw new DrbdConfException(
                    token.place(),
                    "after " + keyword.text() + " comes " + what + ", and here stands " + token.shown()
                            + ": write it, in double quotes if it has other characters than letters, digits and / . _ -.");
        }
        return token;
    }

    /** Takes one name or more, and leaves what follows them. */
    List<String> names(DrbdConfToken keyword) throws DrbdConfException {
        List<String> names = new ArrayList<>();
        names.add(text("the name of a host", keyword).text());
        while (lexer.peek().isText()) {
            if (names.size() == NAMES_MAX) {
                throw new DrbdConfException(
                        lexer.peek().place(),
                        "more than " + NAMES_MAX + " names stand after " + keyword.text()
                                + ": is a { or a semicolon missing?");
            }
            names.add(lexer.next().text());
        }
        return names;
    }

    /** Takes what may be an address, and leaves what follows it. */
    DrbdConfAddress address(DrbdConfToken keyword) throws DrbdConfException {
        List<DrbdConfToken> tokens = new ArrayList<>();
        DrbdConfToken token = lexer.peek();
        while (token.isText() || token.is("[") || token.is("]") || token.is(":")) {
            if (token.is("via") || token.is("port") || tokens.size() == ADDRESS_TOKENS_MAX) {
                break;
            }
            tokens.add(lexer.next());
            token = lexer.peek();
        }
        return new DrbdConfAddress(tokens, keyword.place());
    }

    /** Passes over a statement of which the first token is taken: to its semicolon, or to the end of its block. */
    void pass(DrbdConfToken first) throws DrbdConfException {
        boolean skip = first.is("skip");
        int depth = 0;
        for (DrbdConfToken token = first; ; token = lexer.next()) {
            if (token.isEnd()) {
                throw unclosed(first);
            }
            if (token.is("{")) {
                depth++;
            } else if (token.is("}")) {
                depth--;
            }
            if (depth < 0) {
                throw new DrbdConfException(
                        token.place(),
                        token == first
                                ? "this } closes nothing: remove it, or add the { that it belongs to."
                                : "the statement " + first.shown() + " from " + first.place()
                                        + " is not ended before this }: add the missing semicolon.");
            }
            // skip takes the next block, whatever stands before it
            if (depth == 0 && (token.is("}") || (token.is(";") && !skip))) {
                return;
            }
        }
    }

    private static DrbdConfException unclosed(DrbdConfToken keyword) {
        return new DrbdConfException(
                keyword.place(),
                "what begins here with " + keyword.shown()
                        + " is not ended before the end of the file: add the missing } or semicolon.");
    }
}
