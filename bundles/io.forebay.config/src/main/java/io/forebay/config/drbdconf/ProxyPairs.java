/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import io.forebay.config.drbdconf.DrbdConfSections.Connection;
import io.forebay.config.drbdconf.DrbdConfSections.End;
import io.forebay.config.drbdconf.DrbdConfSections.Host;
import io.forebay.config.drbdconf.DrbdConfSections.Mesh;
import io.forebay.config.drbdconf.DrbdConfSections.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Finds the two ends of every relayed connection. What is wrong is wrong on every host, whichever asks. */
final class ProxyPairs {

    /** A relayed connection; the first end is the one that stands first. */
    record Pair(String resource, ProxyEnd first, ProxyEnd second) {}

    private final List<Resource> resources;
    private final ProxySettings common;

    ProxyPairs(List<Resource> resources, ProxySettings common) {
        this.resources = resources;
        this.common = common;
    }

    /** In the order of the configuration. */
    List<Pair> all() throws DrbdConfException {
        List<Pair> pairs = new ArrayList<>();
        for (Resource resource : resources) {
            refuseMesh(resource);
            for (Connection connection : resource.connections) {
                if (connection.proxied()) {
                    pairs.add(pair(resource, connection));
                }
            }
            if (resource.connections.isEmpty() && resource.hosts.stream().anyMatch(host -> host.proxy() != null)) {
                pairs.add(implicit(resource));
            }
        }
        return pairs;
    }

    private Pair pair(Resource resource, Connection connection) throws DrbdConfException {
        if (connection.paths().size() > 1) {
            throw new DrbdConfException(
                    connection.place(),
                    "this connection of " + resource.name + " has "
                            + connection.paths().size()
                            + " paths, and a proxy works with one only: leave one path, or remove the proxies.");
        }
        List<End> ends = connection.paths().get(0);
        if (ends.size() != 2) {
            throw new DrbdConfException(
                    connection.place(),
                    "this connection of " + resource.name + " names " + ends.size()
                            + " host(s), and a connection is between two: write two host statements.");
        }
        for (End end : ends) {
            if (end.proxy() == null) {
                throw oneSided(end.place(), "this host statement", resource);
            }
        }
        ProxySettings inherited = inherited(resource);
        return refuseBlanks(
                resource,
                new Pair(
                        resource.name,
                        ProxyEnd.of(ends.get(0).proxy(), drbd(resource, ends.get(0)), inherited),
                        ProxyEnd.of(ends.get(1).proxy(), drbd(resource, ends.get(1)), inherited)));
    }

    /** The 8.4 form: no connection is written, and the two host sections are its ends. */
    private Pair implicit(Resource resource) throws DrbdConfException {
        for (Host host : resource.hosts) {
            if (host.proxy() == null) {
                throw oneSided(host.place(), host.shown(), resource);
            }
        }
        if (resource.hosts.size() != 2) {
            throw new DrbdConfException(
                    resource.place,
                    resource.name + " has " + resource.hosts.size()
                            + " host section(s) with a proxy and no connection that says which two belong together: write"
                            + " two host sections, or connection sections with via proxy on.");
        }
        ProxySettings inherited = inherited(resource);
        Host first = resource.hosts.get(0);
        Host second = resource.hosts.get(1);
        return refuseBlanks(
                resource,
                new Pair(
                        resource.name,
                        ProxyEnd.of(first.proxy(), first.address(), inherited),
                        ProxyEnd.of(second.proxy(), second.address(), inherited)));
    }

    private static DrbdConfException oneSided(DrbdConfPlace place, String what, Resource resource) {
        return new DrbdConfException(
                place,
                what + " of " + resource.name
                        + " has no proxy, but its peer has one, and a relay has two ends: give both a"
                        + " proxy, or none.");
    }

    /** A template stands in for common: drbdadm then does not look at common. */
    private ProxySettings inherited(Resource resource) {
        ProxySettings above = Objects.requireNonNullElse(resource.template, common);
        return Objects.requireNonNullElse(resource.settings, ProxySettings.NONE).under(above);
    }

    /** DRBD's own address at an end; what the host statement lacks comes from the host section of that name. */
    private DrbdConfAddress drbd(Resource resource, End end) throws DrbdConfException {
        DrbdConfAddress address = end.address();
        if (address == null) {
            Optional<Host> host = resource.hosts.stream()
                    .filter(section -> names(section).stream().anyMatch(end.name()::equalsIgnoreCase))
                    .findFirst();
            if (host.isEmpty()) {
                throw new DrbdConfException(
                        end.place(),
                        "the host " + end.name() + " has neither an address here nor an on section in " + resource.name
                                + ": write host " + end.name() + " address with an IP and a port.");
            }
            address = host.get().address();
        }
        return address == null || end.port() == null ? address : address.withPort(end.port());
    }

    /** The hosts of a host section; a stacked one runs on those of the resource below. */
    private List<String> names(Host host) {
        if (host.lower() == null) {
            return host.names();
        }
        return resources.stream()
                .filter(resource -> resource.name.equals(host.lower()))
                .findFirst()
                .map(below -> below.hosts.stream()
                        .flatMap(section -> section.names().stream())
                        .toList())
                .orElse(host.names());
    }

    /** A mesh makes connections without proxies between hosts whose sections demand one. */
    private static void refuseMesh(Resource resource) throws DrbdConfException {
        for (Mesh mesh : resource.meshes) {
            for (Host host : resource.hosts) {
                if (host.proxy() != null
                        && host.names().stream()
                                .anyMatch(name -> mesh.hosts().stream().anyMatch(name::equalsIgnoreCase))) {
                    throw new DrbdConfException(
                            mesh.place(),
                            "this mesh of " + resource.name + " contains " + host.shown()
                                    + ", which has a proxy, and a mesh knows no proxies: write a connection section with"
                                    + " via proxy on for that pair, and leave it out of the mesh.");
                }
            }
        }
    }

    /** drbd-proxy-ctl separates the words of a command by blanks. */
    private static Pair refuseBlanks(Resource resource, Pair pair) throws DrbdConfException {
        for (ProxyEnd end : List.of(pair.first, pair.second)) {
            for (String part : new String[] {resource.name, String.join("_", end.hosts())}) {
                if (part.isEmpty() || part.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
                    throw new DrbdConfException(
                            part.equals(resource.name) ? resource.place : end.place(),
                            "the name \"" + part
                                    + "\" becomes part of the name of a relay, where nothing empty, no blank and"
                                    + " no control character can be: give it another name.");
                }
            }
        }
        return pair;
    }
}
