/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayTimeouts;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one configuration key by key and collects what is wrong with it. For one use. */
final class RelayFileReader {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]{0,126}");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,19})([kKmMgG]?)");
    private static final Pattern TIME = Pattern.compile("(\\d{1,19})(ms|s)");
    private static final Pattern ALLOCATOR = Pattern.compile("[a-z0-9.-]+");
    private static final Pattern CODEC = Pattern.compile("[A-Za-z0-9._-]+(\\s+[A-Za-z0-9._-]+)*");

    /** Reads a value. */
    private interface Reading<T> {
        T of(String text) throws ValueRefusedException;
    }

    private final String source;
    private final String pidName;
    private final List<String> problems = new ArrayList<>();
    private final Map<RelayKey, String> texts = new LinkedHashMap<>();

    /**
     * @param source the file, as messages name it
     * @param pidName the part of the PID after the tilde; empty if there is none
     */
    RelayFileReader(String source, String pidName) {
        this.source = source;
        this.pidName = pidName;
    }

    /** Reads the operator's own keys and values. */
    RelayFile read(Map<String, ?> values) {
        values.forEach(this::take);
        if (!texts.containsKey(RelayKey.NAME) && !pidName.isEmpty()) {
            texts.put(RelayKey.NAME, pidName);
        }
        String named = text(RelayKey.NAME, null, RelayFileReader::name);
        if (!texts.containsKey(RelayKey.NAME)) {
            missing(RelayKey.NAME, "the PID has no name after a ~", "name = r0");
        }
        String name = named == null ? pidName : named;
        String resource = text(RelayKey.RESOURCE, name, RelayFileReader::name);
        Map<RelayKey, InetSocketAddress> addresses = addresses();
        Long memlimitBytes = text(RelayKey.MEMLIMIT, RelaySettings.MEMLIMIT_DEFAULT_BYTES, RelayFileReader::bytes);
        CodecChoice codec = text(RelayKey.CODEC, new CodecChoice(CodecChoice.NONE, Map.of()), RelayFileReader::codec);
        String allocator = text(RelayKey.ALLOCATOR, "direct", RelayFileReader::allocator);
        Integer drainTimeoutMs =
                text(RelayKey.DRAIN_TIMEOUT, RelayTimeouts.DEFAULT.drainMs(), RelayFileReader::milliseconds);
        Integer resumeTimeoutMs =
                text(RelayKey.RESUME_TIMEOUT, RelayTimeouts.DEFAULT.resumeMs(), RelayFileReader::milliseconds);
        if (!problems.isEmpty()) {
            return new RelayFile(source, name, Optional.empty(), problems);
        }
        RelaySettings settings = new RelaySettings(
                name,
                resource,
                new RelayAddresses(
                        addresses.get(RelayKey.INSIDE),
                        addresses.get(RelayKey.DRBD),
                        addresses.get(RelayKey.OUTSIDE),
                        addresses.get(RelayKey.PEER)),
                memlimitBytes,
                allocator,
                codec,
                new RelayTimeouts(drainTimeoutMs, resumeTimeoutMs, RelayTimeouts.DEFAULT.pingMs()),
                LineSettings.DEFAULT,
                source);
        return new RelayFile(source, name, Optional.of(settings), List.of());
    }

    private void take(String spelling, Object value) {
        Optional<RelayKey> key = RelayKey.of(spelling);
        if (key.isEmpty()) {
            String remedy = RelayKey.nearest(spelling)
                    .map(nearest -> "did you mean " + nearest.spelling() + "?")
                    .orElse("the keys are " + String.join(", ", RelayKey.spellings()) + ".");
            problems.add(source + ": " + spelling + " is not a key of a relay: " + remedy);
        } else if (value instanceof String || value instanceof Number) {
            texts.put(key.get(), value.toString().strip());
        } else {
            problems.add(source + ": " + spelling + " is not a single text: give it one value.");
            texts.put(key.get(), null);
        }
    }

    /** The value of a key; {@code null} if it was refused, which is then among the problems. */
    private <T> T text(RelayKey key, T absent, Reading<T> reading) {
        if (!texts.containsKey(key)) {
            return absent;
        }
        String text = texts.get(key);
        if (text == null) {
            return null;
        }
        if (text.isEmpty()) {
            problems.add(source + ": " + key.spelling() + " has no value: give it one, or remove the line.");
            return null;
        }
        try {
            return reading.of(text);
        } catch (ValueRefusedException e) {
            problems.add(source + ": " + key.spelling() + " = " + text + " " + e.getMessage() + ".");
            return null;
        }
    }

    private Map<RelayKey, InetSocketAddress> addresses() {
        Map<RelayKey, InetSocketAddress> addresses = new LinkedHashMap<>();
        for (RelayKey key : List.of(RelayKey.INSIDE, RelayKey.DRBD, RelayKey.OUTSIDE, RelayKey.PEER)) {
            boolean local = key == RelayKey.INSIDE || key == RelayKey.OUTSIDE;
            InetSocketAddress address = text(key, null, local ? SocketAddressText::local : SocketAddressText::remote);
            if (address != null) {
                addresses.put(key, address);
            } else if (!texts.containsKey(key)) {
                missing(key, "a relay needs inside, drbd, outside and peer", key.spelling() + " = 10.0.0.1:7788");
            }
        }
        refuseTwins(addresses);
        refuseMixedFamilies(addresses);
        return addresses;
    }

    private void missing(RelayKey key, String cause, String example) {
        problems.add(source + ": " + key.spelling() + " is missing, and " + cause + ": add a line, for example "
                + example + ".");
    }

    private void refuseTwins(Map<RelayKey, InetSocketAddress> addresses) {
        Map<String, RelayKey> seen = new LinkedHashMap<>();
        addresses.forEach((key, address) -> {
            String text = SocketAddressText.text(address);
            RelayKey twin = seen.putIfAbsent(text.toLowerCase(Locale.ROOT), key);
            if (twin != null) {
                problems.add(source + ": " + key.spelling() + " = " + text + " is also " + twin.spelling()
                        + ", and the four addresses belong to four different sockets: give each its own.");
            }
        });
    }

    private void refuseMixedFamilies(Map<RelayKey, InetSocketAddress> addresses) {
        InetSocketAddress inside = addresses.get(RelayKey.INSIDE);
        InetSocketAddress drbd = addresses.get(RelayKey.DRBD);
        if (inside == null || drbd == null || drbd.isUnresolved()) {
            return;
        }
        if (inside.getAddress().getClass() != drbd.getAddress().getClass()) {
            problems.add(source + ": drbd = " + SocketAddressText.text(drbd) + " cannot be dialled from inside = "
                    + SocketAddressText.text(inside)
                    + ", because one is IPv4 and the other IPv6: write both in one family.");
        }
    }

    private static String name(String text) throws ValueRefusedException {
        if (!NAME.matcher(text).matches()) {
            throw new ValueRefusedException("is not a name: use up to 127 letters, digits and . _ + - and begin with a"
                    + " letter, a digit or _");
        }
        return text;
    }

    private static Long bytes(String text) throws ValueRefusedException {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new ValueRefusedException("is not a size: use bytes with k, M or G, for example 64M");
        }
        int shift = switch (size.group(2)) {
            case "k", "K" -> 10;
            case "m", "M" -> 20;
            case "g", "G" -> 30;
            default -> 0;
        };
        long bytes;
        try {
            bytes = Math.multiplyExact(Long.parseLong(size.group(1)), 1L << shift);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new ValueRefusedException("is more than any memory: use a smaller size, for example 64M");
        }
        if (bytes < RelaySettings.MEMLIMIT_MIN_BYTES) {
            throw new ValueRefusedException("is too little for a relay to work with: use 1M or more, for example 64M");
        }
        return bytes;
    }

    private static CodecChoice codec(String text) throws ValueRefusedException {
        if (!CODEC.matcher(text).matches()) {
            throw new ValueRefusedException(
                    "is not a codec and its options: write words as drbd.conf does, for example" + " zstd level 7");
        }
        CodecChoice choice;
        try {
            choice = CodecChoice.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ValueRefusedException("gives an option twice: keep one of them, for example zstd level 7");
        }
        if (choice.name().equals(CodecChoice.NONE) && !choice.options().isEmpty()) {
            throw new ValueRefusedException(
                    "gives options to no codec: write none alone, or name a codec, for example" + " zstd level 7");
        }
        return choice;
    }

    private static String allocator(String text) throws ValueRefusedException {
        if (!ALLOCATOR.matcher(text).matches()) {
            throw new ValueRefusedException("is not the name of a BAB allocator: write heap, direct, mapped, or a"
                    + " vendor's name in small letters, digits, dots and hyphens");
        }
        return text;
    }

    private static Integer milliseconds(String text) throws ValueRefusedException {
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
}
