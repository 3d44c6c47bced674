/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import io.forebay.api.proxy.ProxySection;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The relays of a {@code drbd.conf}, read without drbdadm. Both grammars of drbd-utils are understood, {@code on HOST { proxy
 * on … }} of 8.4 and {@code host HOST address A via proxy on …} of 9; what does not concern relays is passed over. Immutable.
 */
public final class DrbdConf {

    private final List<ProxyPairs.Pair> pairs;

    private DrbdConf(List<ProxyPairs.Pair> pairs) {
        this.pairs = List.copyOf(pairs);
    }

    /**
     * Reads a configuration with all that it includes: up to 16 MiB a file, 64 MiB and 10,000 files together, 32 deep. Never
     * asks a name server.
     *
     * @throws DrbdConfException if it cannot be read or is wrong; checked for all hosts
     */
    public static DrbdConf read(Path file) throws DrbdConfException {
        DrbdConfFiles files = new DrbdConfFiles();
        return read(file, files.openOnce(file, new DrbdConfPlace(file.toString(), 1, 1)), files);
    }

    /** Reads a configuration whose first file is open. */
    static DrbdConf read(Path file, DrbdConfLexer lexer, DrbdConfFiles files) throws DrbdConfException {
        DrbdConfParser parser = new DrbdConfParser(files);
        parser.read(file, lexer);
        return new DrbdConf(new ProxyPairs(parser.resources(), parser.common()).all());
    }

    /**
     * The relays of one host in the order of the configuration, stacked resources with the others; none if no proxy names the
     * host. Where both proxies of a connection name it, the first is taken, as drbdadm does.
     *
     * @param host as in {@code proxy on HOST}
     */
    public List<ProxySection> connections(String host) {
        return pairs.stream()
                .flatMap(pair -> {
                    if (pair.first().runsOn(host)) {
                        return Stream.of(pair.first().towards(pair.second(), pair.resource()));
                    }
                    return pair.second().runsOn(host)
                            ? Stream.of(pair.second().towards(pair.first(), pair.resource()))
                            : Stream.empty();
                })
                .toList();
    }

    /** All hosts that a proxy runs on, sorted. */
    public List<String> proxyHosts() {
        return pairs.stream()
                .flatMap(pair -> Stream.of(pair.first(), pair.second()))
                .flatMap(end -> end.hosts().stream())
                .distinct()
                .sorted()
                .toList();
    }
}
