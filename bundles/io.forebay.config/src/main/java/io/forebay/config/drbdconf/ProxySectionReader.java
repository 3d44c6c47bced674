/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import io.forebay.config.drbdconf.DrbdConfSections.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code proxy { … }} and {@code proxy on HOST { … }}. For one use. */
final class ProxySectionReader {

    /** drbdadm itself fails from about a dozen on. */
    private static final int PLUGINS_MAX = 100;

    private static final int PLUGIN_WORDS_MAX = 1000;

    private final DrbdConfStatements statements;
    private List<Map.Entry<String, String>> options = List.of();
    private List<String> plugins = List.of();

    ProxySectionReader(DrbdConfStatements statements) {
        this.statements = statements;
    }

    /** The options and plugins that stand in the block after this keyword. */
    ProxySettings settings(DrbdConfToken keyword) throws DrbdConfException {
        takeSettings(keyword);
        return new ProxySettings(options, plugins);
    }

    /** What stands after this {@code proxy}, beginning with {@code on}. */
    Proxy proxy(DrbdConfToken keyword) throws DrbdConfException {
        DrbdConfToken on = statements.next();
        if (!on.is("on")) {
            throw new DrbdConfException(
                    on.place(),
                    "after proxy comes on with the name of the host where it runs, and here stands " + on.shown()
                            + ": write for example proxy on alice { }.");
        }
        List<String> hosts = statements.names(on);
        statements.open(keyword);
        DrbdConfAddress inside = null;
        DrbdConfAddress outside = null;
        for (DrbdConfToken token = statements.inside(keyword); token != null; token = statements.inside(keyword)) {
            if (token.is("inside")) {
                inside = statements.address(token);
                statements.end();
            } else if (token.is("outside")) {
                outside = statements.address(token);
                statements.end();
            } else if (token.is("options")) {
                takeSettings(token);
            } else {
                throw new DrbdConfException(
                        token.place(),
                        token.shown() + " is nothing that proxy on takes: write inside, outside or options { }.");
            }
        }
        return new Proxy(hosts, inside, outside, new ProxySettings(options, plugins), keyword.place());
    }

    /** A second block replaces all options of the first, and its plugins if it has any itself, as drbdadm does it. */
    private void takeSettings(DrbdConfToken keyword) throws DrbdConfException {
        statements.open(keyword);
        List<Map.Entry<String, String>> taken = new ArrayList<>();
        for (DrbdConfToken token = statements.inside(keyword); token != null; token = statements.inside(keyword)) {
            if (token.is("plugin")) {
                plugins = plugins(token);
            } else {
                taken.add(Map.entry(token.text(), value(token)));
            }
        }
        options = taken;
    }

    private String value(DrbdConfToken key) throws DrbdConfException {
        Optional<ProxyOption> option = ProxyOption.of(key.text());
        if (option.isEmpty()) {
            throw new DrbdConfException(
                    key.place(), key.shown() + " is no option of a proxy: " + ProxyOption.remedy(key.text()) + ".");
        }
        // a lone keyword stands for yes
        DrbdConfToken value = statements.peek();
        String text = value.is(";") ? "yes" : statements.next().text();
        if (!option.get().takes(text)) {
            throw new DrbdConfException(
                    value.place(),
                    key.text() + " cannot be " + (value.is(";") ? "empty" : value.shown()) + ": write "
                            + option.get().expected() + ".");
        }
        statements.end();
        return text;
    }

    private List<String> plugins(DrbdConfToken keyword) throws DrbdConfException {
        statements.open(keyword);
        List<String> texts = new ArrayList<>();
        List<String> words = new ArrayList<>();
        for (DrbdConfToken token = statements.next(); !token.is("}"); token = statements.next()) {
            if (token.isEnd()) {
                throw new DrbdConfException(
                        keyword.place(), "the plugin section that begins here is not closed: add the missing }.");
            }
            if (texts.size() == PLUGINS_MAX || words.size() == PLUGIN_WORDS_MAX) {
                throw new DrbdConfException(
                        token.place(),
                        "the plugin section from " + keyword.place() + " has more than " + PLUGINS_MAX
                                + " plugins or one of more than " + PLUGIN_WORDS_MAX + " words: is a } missing?");
            }
            if (!token.is(";")) {
                words.add(token.text());
            } else if (!words.isEmpty()) {
                texts.add(String.join(" ", words));
                words.clear();
            }
        }
        if (!words.isEmpty()) {
            throw new DrbdConfException(
                    keyword.place(),
                    "the last plugin of the section that begins here, " + String.join(" ", words)
                            + ", has no semicolon: end it with ;.");
        }
        return texts;
    }
}
