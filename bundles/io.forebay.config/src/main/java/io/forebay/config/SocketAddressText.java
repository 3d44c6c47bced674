/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code 10.0.0.1:7788}, {@code [fd00::1]:7788} and {@code host.example:7788}. Never asks a name server. */
public final class SocketAddressText {

    private static final Pattern BRACKETED = Pattern.compile("\\[([^\\[\\]]*)]:(.*)");
    private static final Pattern PLAIN = Pattern.compile("([^:\\[\\]]*):([^:]*)");
    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._-]+)?");
    private static final String LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
    private static final Pattern HOST = Pattern.compile("(" + LABEL + "\\.)*" + LABEL + "\\.?");
    private static final Pattern ONLY_DIGITS_LAST = Pattern.compile("(.*\\.)?\\d+\\.?");
    private static final int HOST_LENGTH_MAX = 253;

    private SocketAddressText() {}

    /** Reads the address of a listening socket: an exact IP, because DRBD 9 matches its peers by exact address. */
    public static InetSocketAddress local(String text) throws ValueRefusedException {
        InetSocketAddress address = remote(text);
        if (address.isUnresolved()) {
            throw new ValueRefusedException("is a host name, and Forebay listens on exact addresses only: write the IP"
                    + " address itself, for example 10.0.0.1:" + address.getPort());
        }
        return address;
    }

    /** Reads an address to dial. A host name stays unresolved: it is looked up at each dial. */
    public static InetSocketAddress remote(String text) throws ValueRefusedException {
        Matcher bracketed = BRACKETED.matcher(text);
        Matcher plain = PLAIN.matcher(text);
        if (bracketed.matches()) {
            return usable(new InetSocketAddress(ipv6(bracketed.group(1)), port(bracketed.group(2))));
        }
        if (plain.matches()) {
            String host = plain.group(1);
            int port = port(plain.group(2));
            if (ONLY_DIGITS_LAST.matcher(host).matches()) {
                return usable(new InetSocketAddress(ipv4(host), port));
            }
            if (host.length() > HOST_LENGTH_MAX || !HOST.matcher(host).matches()) {
                throw new ValueRefusedException(
                        "names no host: write an IP address and a port, for example 10.0.0.1:" + port);
            }
            return InetSocketAddress.createUnresolved(host, port);
        }
        if (IPV6.matcher(text).matches()) {
            throw new ValueRefusedException(
                    "does not tell the IPv6 address from the port: write brackets, for example [fd00::1]:7788");
        }
        throw new ValueRefusedException(
                "is not an address with a port: write for example 10.0.0.1:7788 or [fd00::1]:7788");
    }

    private static InetSocketAddress usable(InetSocketAddress address) throws ValueRefusedException {
        if (address.getAddress().isAnyLocalAddress()) {
            throw new ValueRefusedException(
                    "stands for every address of this host, and DRBD 9 needs an exact one: write the one address that"
                            + " is meant, for example 10.0.0.1:" + address.getPort());
        }
        if (address.getAddress().isMulticastAddress()) {
            throw new ValueRefusedException("is a multicast address, to which nothing can connect: write the address of"
                    + " one host, for example 10.0.0.1:" + address.getPort());
        }
        return address;
    }

    private static InetAddress ipv4(String text) throws ValueRefusedException {
        Matcher matcher = IPV4.matcher(text);
        byte[] octets = new byte[4];
        boolean valid = matcher.matches();
        for (int i = 0; valid && i < octets.length; i++) {
            String digits = matcher.group(i + 1);
            int octet = Integer.parseInt(digits);
            // a leading zero means octal to some programs and decimal to others
            valid = octet <= 255 && digits.equals(Integer.toString(octet));
            octets[i] = (byte) octet;
        }
        if (!valid) {
            throw new ValueRefusedException(
                    "has no valid IPv4 address: write four numbers from 0 to 255 without leading"
                            + " zeros, for example 10.0.0.1:7788");
        }
        return resolved(octets);
    }

    private static InetAddress resolved(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("octets=" + octets.length + " (expected: 4)", e);
        }
    }

    private static InetAddress ipv6(String text) throws ValueRefusedException {
        try {
            if (IPV6.matcher(text).matches()) {
                return InetAddress.getByName("[" + text + "]");
            }
        } catch (UnknownHostException e) {
            // said below; an unknown interface after % ends here, too
        }
        throw new ValueRefusedException(
                "has no valid IPv6 address in its brackets: write for example [fd00::1]:7788 or [fe80::1%eth0]:7788");
    }

    private static int port(String text) throws ValueRefusedException {
        int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > 65535) {
            throw new ValueRefusedException(
                    "has no valid port: end it with a port from 1 to 65535, for example 10.0.0.1:7788");
        }
        return port;
    }
}
