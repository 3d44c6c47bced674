/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The values of the configuration, read. */
record SshSettings(InetSocketAddress listen, Path authorizedKeys, Path hostKey, Duration idleTimeout) {

    private static final Pattern ADDRESS = Pattern.compile("(?:\\[([0-9A-Fa-f:.%\\w]+)]|([^\\s:\\[\\]]+)):(\\d{1,5})");
    private static final Pattern TIME = Pattern.compile("(\\d{1,6})\\s*([smh])");
    private static final Map<String, Duration> UNITS =
            Map.of("s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h", Duration.ofHours(1));
    private static final int PORT_MAX = 65_535;

    /**
     * Reads the values.
     *
     * @param base where relative paths start
     * @throws IOException if one cannot be used; the message is a sentence for operators
     */
    static SshSettings of(Path base, String listen, String authorizedKeys, String hostKey, String idleTimeout)
            throws IOException {
        return new SshSettings(
                address(listen.strip()),
                path(base, "authorized-keys", authorizedKeys),
                path(base, "host-key", hostKey),
                time(idleTimeout.strip()));
    }

    private static InetSocketAddress address(String text) throws IOException {
        Matcher matcher = ADDRESS.matcher(text);
        int port = matcher.matches() ? Integer.parseInt(matcher.group(3)) : PORT_MAX + 1;
        if (port > PORT_MAX) {
            throw new IOException(
                    "listen = \"%s\" is no address: write IP:PORT, for example 127.0.0.1:8022.".formatted(text));
        }
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IOException(
                    "listen = \"%s\" names a host that is not known: write an IP address of this machine."
                            .formatted(text),
                    e);
        }
    }

    private static Path path(Path base, String key, String text) throws IOException {
        try {
            if (!text.isBlank()) {
                return base.resolve(text.strip());
            }
        } catch (InvalidPathException e) {
            // said below
        }
        throw new IOException("%s = \"%s\" is no path of a file: write one, or remove the line.".formatted(key, text));
    }

    private static Duration time(String text) throws IOException {
        Matcher matcher = TIME.matcher(text);
        Duration time = matcher.matches()
                ? UNITS.get(matcher.group(2)).multipliedBy(Long.parseLong(matcher.group(1)))
                : Duration.ZERO;
        if (time.isZero()) {
            throw new IOException(
                    "idle-timeout = \"%s\" is no time above zero: write a number with s, m or h, for example 30m."
                            .formatted(text));
        }
        return time;
    }
}
