/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import io.forebay.config.drbdconf.DrbdConfSections.Connection;
import io.forebay.config.drbdconf.DrbdConfSections.End;
import io.forebay.config.drbdconf.DrbdConfSections.Host;
import io.forebay.config.drbdconf.DrbdConfSections.Mesh;
import io.forebay.config.drbdconf.DrbdConfSections.Proxy;
import io.forebay.config.drbdconf.DrbdConfSections.Resource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the sections of a configuration and of the files it includes. What does not concern relays is passed over as a
 * balanced statement, known or not. The grammar is that of {@code drbd.conf(5)} of drbd-utils 9 together with that of 8.4.
 * For one use.
 */
final class DrbdConfParser {

    /** Files within files; drbdadm knows no limit, and two are usual. */
    static final int DEPTH_MAX = 32;

    private final DrbdConfFiles files;
    private final Map<String, Resource> resources = new LinkedHashMap<>();
    private ProxySettings common;
    private DrbdConfPlace commonPlace;

    DrbdConfParser(DrbdConfFiles files) {
        this.files = files;
    }

    /** The resources in the order of the configuration. */
    List<Resource> resources() {
        return List.copyOf(resources.values());
    }

    /** What {@code common} says. */
    ProxySettings common() {
        return common == null ? ProxySettings.NONE : common;
    }

    /**
     * Reads everything, beginning with this file.
     *
     * @param file its name, in whose folder relative names of others begin
     * @param lexer its content
     */
    void read(Path file, DrbdConfLexer lexer) throws DrbdConfException {
        read(file, lexer, 1);
    }

    private void read(Path file, DrbdConfLexer lexer, int depth) throws DrbdConfException {
        DrbdConfStatements statements = new DrbdConfStatements(lexer);
        for (DrbdConfToken token = lexer.next(); !token.isEnd(); token = lexer.next()) {
            if (token.is("include")) {
                include(file, statements, token, depth);
            } else if (token.is("common")) {
                statements.open(token);
                if (commonPlace != null) {
                    throw new DrbdConfException(
                            token.place(), "common stands here and at " + commonPlace + ": keep one of them.");
                }
                commonPlace = token.place();
                common = common(statements, token);
            } else if (token.is("resource")) {
                resource(file, statements, token);
            } else {
                statements.pass(token);
            }
        }
    }

    private void include(Path file, DrbdConfStatements statements, DrbdConfToken keyword, int depth)
            throws DrbdConfException {
        DrbdConfToken pattern = statements.text("the name of a file, or a pattern of names in quotes", keyword);
        statements.end();
        if (depth >= DEPTH_MAX) {
            throw new DrbdConfException(
                    keyword.place(),
                    "files are included " + DEPTH_MAX
                            + " deep here, which is the most that is read: include them from the" + " first file.");
        }
        for (Path included : DrbdConfFiles.matching(folder(file), pattern.text(), pattern.place())) {
            DrbdConfLexer lexer = files.openOnce(included, pattern.place());
            if (lexer != null) {
                read(included, lexer, depth + 1);
            }
        }
    }

    private static Path folder(Path file) {
        Path parent = file.getParent();
        return parent == null ? Path.of("") : parent;
    }

    /** The inside of {@code common}, of which only {@code proxy} matters. */
    private static ProxySettings common(DrbdConfStatements statements, DrbdConfToken keyword) throws DrbdConfException {
        ProxySettings settings = null;
        for (DrbdConfToken token = statements.inside(keyword); token != null; token = statements.inside(keyword)) {
            if (token.is("proxy")) {
                settings = proxySettings(statements, token, settings);
            } else {
                statements.pass(token);
            }
        }
        return settings;
    }

    private static ProxySettings proxySettings(
            DrbdConfStatements statements, DrbdConfToken keyword, ProxySettings already) throws DrbdConfException {
        if (already != null) {
            throw new DrbdConfException(
                    keyword.place(), "this is the second proxy section of one section: write both into one.");
        }
        return new ProxySectionReader(statements).settings(keyword);
    }

    private void resource(Path file, DrbdConfStatements statements, DrbdConfToken keyword) throws DrbdConfException {
        DrbdConfToken name = statements.text("the name of the resource", keyword);
        statements.open(keyword);
        Resource resource = new Resource(name.text(), name.place());
        Resource twin = resources.putIfAbsent(resource.name, resource);
        if (twin != null) {
            throw new DrbdConfException(
                    name.place(),
                    "the resource " + name.text() + " stands here and at " + twin.place
                            + ": give one of them another name, or remove it.");
        }
        for (DrbdConfToken token = statements.inside(keyword); token != null; token = statements.inside(keyword)) {
            if (token.is("on") || token.is("floating") || token.is("stacked-on-top-of")) {
                resource.hosts.add(host(statements, token));
            } else if (token.is("connection")) {
                resource.connections.add(connection(statements, token));
            } else if (token.is("connection-mesh")) {
                resource.meshes.add(mesh(statements, token));
            } else if (token.is("proxy")) {
                resource.settings = proxySettings(statements, token, resource.settings);
            } else if (token.is("template-file")) {
                resource.template = template(file, statements, token);
            } else if (token.is("include")) {
                throw new DrbdConfException(
                        token.place(),
                        "include stands inside of resource " + resource.name
                                + ", where drbdadm does not take it: move it outside of all sections.");
            } else {
                statements.pass(token);
            }
        }
    }

    private ProxySettings template(Path file, DrbdConfStatements statements, DrbdConfToken keyword)
            throws DrbdConfException {
        DrbdConfToken name = statements.text("the name of a file", keyword);
        statements.end();
        Path path = DrbdConfFiles.named(folder(file), name.text(), name.place());
        DrbdConfStatements inside = new DrbdConfStatements(files.open(path, name.place()));
        DrbdConfToken token = inside.next();
        if (!token.is("common")) {
            throw new DrbdConfException(
                    token.place(),
                    "a template file begins with common, and here stands " + token.shown()
                            + ": put all its sections into common { }.");
        }
        inside.open(token);
        ProxySettings settings = common(inside, token);
        return settings == null ? ProxySettings.NONE : settings;
    }

    private static Host host(DrbdConfStatements statements, DrbdConfToken keyword) throws DrbdConfException {
        List<String> names = List.of();
        String lower = null;
        DrbdConfAddress address = null;
        boolean open = true;
        if (keyword.is("on")) {
            names = statements.names(keyword);
        } else if (keyword.is("floating")) {
            address = statements.address(keyword);
            open = !statements.peek().is(";");
        } else {
            lower = statements.text("the name of a resource", keyword).text();
        }
        if (!open) {
            statements.end();
            return new Host(names, null, address, null, keyword.place());
        }
        statements.open(keyword);
        Proxy proxy = null;
        for (DrbdConfToken token = statements.inside(keyword); token != null; token = statements.inside(keyword)) {
            if (token.is("address")) {
                address = statements.address(token);
                statements.end();
            } else if (token.is("proxy")) {
                proxy = new ProxySectionReader(statements).proxy(token);
            } else {
                statements.pass(token);
            }
        }
        return new Host(names, lower, address, proxy, keyword.place());
    }

    private static Connection connection(DrbdConfStatements statements, DrbdConfToken keyword)
            throws DrbdConfException {
        if (statements.peek().isText()) {
            statements.next();
        }
        statements.open(keyword);
        List<List<End>> paths = new ArrayList<>();
        List<End> own = path(statements, keyword, paths);
        if (!own.isEmpty()) {
            paths.add(0, own);
        }
        return new Connection(paths, keyword.place());
    }

    /** The statements of a connection or of a path; paths inside are collected. */
    private static List<End> path(DrbdConfStatements statements, DrbdConfToken keyword, List<List<End>> paths)
            throws DrbdConfException {
        List<End> ends = new ArrayList<>();
        for (DrbdConfToken token = statements.inside(keyword); token != null; token = statements.inside(keyword)) {
            if (token.is("host") || token.is("address")) {
                ends.add(end(statements, token));
            } else if (token.is("path") && keyword.is("connection")) {
                statements.open(token);
                paths.add(path(statements, token, paths));
            } else if (token.is("proxy")) {
                throw new DrbdConfException(
                        token.place(),
                        "a " + keyword.text()
                                + " has no proxy section, and what stands in it would be lost: write it into"
                                + " the resource, or into options { } behind via proxy on.");
            } else {
                statements.pass(token);
            }
        }
        return ends;
    }

    /** {@code host NAME [address A] [port N] [via …] ;} or {@code address A [via …] ;}. */
    private static End end(DrbdConfStatements statements, DrbdConfToken keyword) throws DrbdConfException {
        String name = null;
        DrbdConfAddress address = null;
        DrbdConfToken port = null;
        if (keyword.is("host")) {
            name = statements.text("the name of a host", keyword).text();
        } else {
            address = statements.address(keyword);
        }
        while (true) {
            DrbdConfToken token = statements.next();
            if (token.is(";")) {
                return new End(name, address, port, null, keyword.place());
            } else if (token.is("address")) {
                address = statements.address(token);
            } else if (token.is("port")) {
                port = statements.text("a port", token);
            } else if (token.is("via") && statements.peek().is("proxy")) {
                Proxy proxy = new ProxySectionReader(statements).proxy(statements.next());
                return new End(name, address, port, proxy, keyword.place());
            } else if (token.is("via")) {
                statements.pass(token);
                return new End(name, address, port, null, keyword.place());
            } else {
                throw new DrbdConfException(
                        token.place(),
                        "after " + keyword.text() + " come address, port, via proxy on or a semicolon, and here stands "
                                + token.shown() + ": correct the statement that begins at " + keyword.place() + ".");
            }
        }
    }

    private static Mesh mesh(DrbdConfStatements statements, DrbdConfToken keyword) throws DrbdConfException {
        statements.open(keyword);
        List<String> hosts = new ArrayList<>();
        for (DrbdConfToken token = statements.inside(keyword); token != null; token = statements.inside(keyword)) {
            if (token.is("hosts")) {
                hosts.addAll(statements.names(token));
                statements.end();
            } else {
                statements.pass(token);
            }
        }
        return new Mesh(hosts, keyword.place());
    }
}
