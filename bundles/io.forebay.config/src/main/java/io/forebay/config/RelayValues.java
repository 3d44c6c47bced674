/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.relay.WanLinks;
import io.forebay.api.text.ByteCount;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/** Reads the values of a relay's keys. */
final class RelayValues {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+/@:-]{0,199}");
    private static final Pattern CONGESTION = Pattern.compile("[a-z0-9_-]{1,15}");
    private static final Pattern TIME = Pattern.compile("(\\d{1,19})(ms|s)");
    private static final Pattern TENTHS = Pattern.compile("\\d{1,9}");
    private static final Pattern ALLOCATOR = Pattern.compile("[a-z0-9.-]+");
    private static final Pattern CODEC = Pattern.compile("[A-Za-z0-9._-]+(\\s+[^\\s\\p{Cntrl}]+)*");
    private static final Pattern LINKS = Pattern.compile("(\\d{1,2})(?:\\s+from\\s+(\\S.*))?");
    private static final long SOCKET_BUFFER_MAX_BYTES = 128L << 20;

    private RelayValues() {}

    static String name(String text) throws ValueRefusedException {
        if (!NAME.matcher(text).matches()) {
            throw new ValueRefusedException("is not a name: use up to 200 letters, digits and . _ + - / @ : and begin"
                    + " with a letter, a digit or _");
        }
        return text;
    }

    /** Reads what the API reads, which says in the same words what is wrong. */
    private interface Parser<T> {
        T parse(String text);
    }

    private static <T> T parsed(String text, Parser<T> parser) throws ValueRefusedException {
        try {
            return parser.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ValueRefusedException(e.getMessage());
        }
    }

    static Long bytes(String text) throws ValueRefusedException {
        return parsed(text, ByteCount::parse);
    }

    static BandwidthSchedule bandwidth(String text) throws ValueRefusedException {
        return parsed(text, BandwidthSchedule::parse);
    }

    /** By the system's name; whether it has it is known only where links are opened. */
    static String congestion(String text) throws ValueRefusedException {
        if (!CONGESTION.matcher(text).matches()) {
            throw new ValueRefusedException(
                    "is not the name of a congestion control: write for example bbr, or remove the line");
        }
        return text;
    }

    static Integer socketBuffer(String text) throws ValueRefusedException {
        long bytes = bytes(text);
        if (bytes > SOCKET_BUFFER_MAX_BYTES) {
            throw new ValueRefusedException(
                    "is more than a socket may buffer: use 128M or less, or 0 to leave it to the system");
        }
        return (int) bytes;
    }

    static CodecChoice codec(String text) throws ValueRefusedException {
        if (!CODEC.matcher(text).matches()) {
            throw new ValueRefusedException(
                    "is not a codec and its options: write words as drbd.conf does, for example zstd level 7");
        }
        CodecChoice choice;
        try {
            choice = CodecChoice.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ValueRefusedException("gives an option twice: keep one of them, for example zstd level 7");
        }
        if (choice.name().equals(CodecChoice.NONE) && !choice.options().isEmpty()) {
            throw new ValueRefusedException(
                    "gives options to no codec: write none alone, or name a codec, for example zstd level 7");
        }
        return choice;
    }

    /** The deprecated switch of DRBD Proxy 1: {@code on}, or a number other than 0, is zlib at its highest level. */
    static CodecChoice compression(String text) throws ValueRefusedException {
        boolean off = text.equals("off") || text.equals("no") || text.matches("0+");
        if (!off && !text.equals("on") && !text.equals("yes") && !text.matches("\\d{1,9}")) {
            throw new ValueRefusedException("is neither on nor off: write on, off, or better a plugin, for example"
                    + " plugin { zstd level 7; }");
        }
        return off ? new CodecChoice(CodecChoice.NONE, Map.of()) : new CodecChoice("zlib", Map.of("level", "9"));
    }

    static Boolean tls(String text) throws ValueRefusedException {
        return switch (text) {
            case "on", "yes" -> true;
            case "off", "no", "none" -> false;
            default ->
                throw new ValueRefusedException("is neither on nor off: write on and make keys with forebay keygen,"
                        + " or write off and let a VPN encrypt the line");
        };
    }

    static String allocator(String text) throws ValueRefusedException {
        if (!ALLOCATOR.matcher(text).matches()) {
            throw new ValueRefusedException("is not the name of a BAB allocator: write heap, direct, mapped, or a"
                    + " vendor's name in small letters, digits, dots and hyphens");
        }
        return text;
    }

    static DialMode dial(String text) throws ValueRefusedException {
        return DialMode.of(text)
                .orElseThrow(() ->
                        new ValueRefusedException("says not who dials the WAN: write outbound for this site alone,"
                                + " inbound for the peer alone, or both"));
    }

    /** A number, and from where: {@code 4 from 10.0.0.1,10.1.0.1}. */
    static WanLinks links(String text) throws ValueRefusedException {
        Matcher links = LINKS.matcher(text);
        int count = links.matches() ? Integer.parseInt(links.group(1)) : 0;
        if (count < 1 || count > WanLinks.COUNT_MAX) {
            throw new ValueRefusedException("is not from 1 to " + WanLinks.COUNT_MAX
                    + " links: write for example 4, or 4 from 10.0.0.1,10.1.0.1");
        }
        List<InetAddress> from = new ArrayList<>();
        if (links.group(2) != null) {
            for (String address : links.group(2).split("[\\s,]+")) {
                from.add(SocketAddressText.local(address.contains(":") ? "[" + address + "]:1" : address + ":1")
                        .getAddress());
            }
        }
        return new WanLinks(count, from);
    }

    static String filter(String text) throws ValueRefusedException {
        try {
            return text.isEmpty() ? "" : FrameworkUtil.createFilter(text).toString();
        } catch (InvalidSyntaxException e) {
            throw new ValueRefusedException("is not an OSGi filter: write for example (bundle.version>=1.2)");
        }
    }

    static Integer milliseconds(String text) throws ValueRefusedException {
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
            throw new ValueRefusedException("is not a time: use a whole number with ms or s, for example 10s");
        }
        try {
            long factor = time.group(2).equals("s") ? 1000 : 1;
            return Math.toIntExact(Math.multiplyExact(Long.parseLong(time.group(1)), factor));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new ValueRefusedException(
                    "is too long: use at most " + Integer.MAX_VALUE / 1000 + "s, for example 10s");
        }
    }

    /** A time; a number without a unit counts tenths of a second, as in {@code drbd.conf}. */
    static Integer pingTimeout(String text) throws ValueRefusedException {
        if (!TENTHS.matcher(text).matches()) {
            int milliseconds = milliseconds(text);
            if (milliseconds < RelayTimeouts.PING_MIN_MS) {
                throw new ValueRefusedException("is too short for a heartbeat to come in time: use 1s or more");
            }
            return milliseconds;
        }
        int tenths = Integer.parseInt(text);
        if (tenths < 1 || tenths > 300) {
            throw new ValueRefusedException("is not from 1 to 300 tenths of a second: write for example 20, or 2s");
        }
        return Math.max(RelayTimeouts.PING_MIN_MS, tenths * 100);
    }

    static String number(String text) throws ValueRefusedException {
        if (!text.matches("\\d{1,10}")) {
            throw new ValueRefusedException("is not a number: write a whole number, for example 0");
        }
        return text;
    }
}
