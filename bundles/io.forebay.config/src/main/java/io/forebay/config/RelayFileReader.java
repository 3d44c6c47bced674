/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import io.forebay.api.relay.BandwidthSchedule;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.DialMode;
import io.forebay.api.relay.LineSettings;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelayAddresses;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayTimeouts;
import io.forebay.api.relay.WanLinks;
import io.forebay.api.text.AddressText;
import io.forebay.api.text.ByteCount;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads one configuration key by key and collects what is wrong with it. For one use. */
final class RelayFileReader {

    private static final long MEMLIMIT_MAX_BYTES = 1L << 50;

    /** Reads a value. */
    private interface Reading<T> {
        T of(String text) throws ValueRefusedException;
    }

    private final String source;
    private final String pidName;
    private final boolean typedByProxy;
    private final List<String> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<RelayKey, String> texts = new LinkedHashMap<>();
    private final PluginLines plugins = new PluginLines();

    /**
     * @param source the file, as messages name it
     * @param pidName the part of the PID after the tilde; empty if there is none
     * @param typedByProxy whether the words are those of {@code drbd.conf}, which gives the two ends of a relay different
     *     names, and knows no least memlimit
     */
    RelayFileReader(String source, String pidName, boolean typedByProxy) {
        this.source = source;
        this.pidName = pidName;
        this.typedByProxy = typedByProxy;
    }

    /** Reads the operator's own keys and values. */
    RelayFile read(Map<String, ?> values) {
        values.forEach(this::take);
        plugins.keys().forEach(texts::putIfAbsent);
        if (!texts.containsKey(RelayKey.NAME) && !pidName.isEmpty()) {
            texts.put(RelayKey.NAME, pidName);
        }
        String named = text(RelayKey.NAME, null, RelayValues::name);
        if (!texts.containsKey(RelayKey.NAME)) {
            missing(RelayKey.NAME, "the PID has no name after a ~", "name = r0");
        }
        String name = named == null ? pidName : named;
        Map<RelayKey, InetSocketAddress> addresses = addresses();
        String resource = text(RelayKey.RESOURCE, typedByProxy ? pair(addresses) : name, RelayValues::name);
        Long memlimitBytes = text(RelayKey.MEMLIMIT, RelaySettings.MEMLIMIT_DEFAULT_BYTES, this::memlimit);
        Long reserveBytes = text(RelayKey.RESERVE, 0L, text -> reserve(text, memlimitBytes));
        CodecChoice codec = codec();
        String allocator = text(RelayKey.ALLOCATOR, "direct", RelayValues::allocator);
        PlugInTargets targets = targets();
        Boolean tls = text(RelayKey.TLS, leavesTheMachine(addresses), RelayValues::tls);
        RelayTimeouts timeouts = timeouts();
        LineSettings line = line();
        if (texts.containsKey(RelayKey.READ_LOOPS) && text(RelayKey.READ_LOOPS, "", RelayValues::number) != null) {
            notes.add("read-loops has no effect here.");
        }
        notes.addAll(plugins.notes());
        if (!problems.isEmpty()) {
            return new RelayFile(source, name, Optional.empty(), problems, notes, plugins.codecs());
        }
        RelaySettings settings = new RelaySettings(
                name,
                resource,
                new RelayAddresses(
                        addresses.get(RelayKey.INSIDE),
                        addresses.get(RelayKey.DRBD),
                        addresses.get(RelayKey.OUTSIDE),
                        addresses.get(RelayKey.PEER),
                        tls),
                memlimitBytes,
                reserveBytes,
                allocator,
                codec,
                targets,
                timeouts,
                line,
                source);
        return new RelayFile(source, name, Optional.of(settings), List.of(), notes, plugins.codecs());
    }

    /**
     * What both ends can call a relay to which drbdadm gives a name of its own at each: the two outside addresses, which
     * both know.
     */
    private static String pair(Map<RelayKey, InetSocketAddress> addresses) {
        return Stream.of(RelayKey.OUTSIDE, RelayKey.PEER)
                .map(addresses::get)
                .filter(Objects::nonNull)
                .map(AddressText::of)
                .sorted()
                .collect(Collectors.joining("-"));
    }

    /** Only a line that others cannot reach may be in clear without the operator's word. */
    private static boolean leavesTheMachine(Map<RelayKey, InetSocketAddress> addresses) {
        return Stream.of(RelayKey.OUTSIDE, RelayKey.PEER)
                .map(addresses::get)
                .filter(Objects::nonNull)
                .anyMatch(address ->
                        address.isUnresolved() || !address.getAddress().isLoopbackAddress());
    }

    private Long memlimit(String text) throws ValueRefusedException {
        long bytes = RelayValues.bytes(text);
        if (bytes > MEMLIMIT_MAX_BYTES) {
            notes.add("memlimit " + text + " is more than any machine has: 1 PiB is used.");
            return MEMLIMIT_MAX_BYTES;
        }
        if (bytes >= RelaySettings.MEMLIMIT_MIN_BYTES) {
            return bytes;
        }
        if (!typedByProxy) {
            throw new ValueRefusedException("is too little for a relay to work with: use 1M or more, for example 64M");
        }
        notes.add("memlimit " + text + " is too little for a relay to work with: 1M is used.");
        return RelaySettings.MEMLIMIT_MIN_BYTES;
    }

    /**
     * A part of the memlimit. More is refused and not shortened, because whoever writes it counts on having it.
     *
     * @param memlimitBytes {@code null} if that was refused
     */
    private Long reserve(String text, Long memlimitBytes) throws ValueRefusedException {
        long bytes = RelayValues.bytes(text);
        if (memlimitBytes != null && bytes > memlimitBytes) {
            throw new ValueRefusedException(
                    "is more than memlimit = %s, of which it is the part that is taken in advance: lower reserve, or raise memlimit"
                            .formatted(ByteCount.exact(memlimitBytes)));
        }
        return bytes;
    }

    private CodecChoice codec() {
        CodecChoice none = new CodecChoice(CodecChoice.NONE, Map.of());
        CodecChoice switched = text(RelayKey.COMPRESSION, none, RelayValues::compression);
        CodecChoice absent =
                plugins.codecs().isEmpty() ? switched : plugins.codecs().get(0);
        if (switched != null && !switched.isNone()) {
            notes.add("compression is deprecated: "
                    + (absent == switched ? switched + " is used." : "the plugin " + absent + " is used instead."));
        }
        return text(RelayKey.CODEC, absent, RelayValues::codec);
    }

    private PlugInTargets targets() {
        String codec = text(RelayKey.CODEC_TARGET, "", RelayValues::filter);
        String allocator = text(RelayKey.ALLOCATOR_TARGET, "", RelayValues::filter);
        return codec != null && allocator != null ? new PlugInTargets(codec, allocator) : PlugInTargets.ANY;
    }

    private RelayTimeouts timeouts() {
        RelayTimeouts absent = RelayTimeouts.DEFAULT;
        Integer drainMs = text(RelayKey.DRAIN_TIMEOUT, absent.drainMs(), RelayValues::milliseconds);
        Integer resumeMs = text(RelayKey.RESUME_TIMEOUT, absent.resumeMs(), RelayValues::milliseconds);
        Integer pingMs = text(RelayKey.PING_TIMEOUT, absent.pingMs(), RelayValues::pingTimeout);
        boolean read = drainMs != null && resumeMs != null && pingMs != null;
        return read ? new RelayTimeouts(drainMs, resumeMs, pingMs) : absent;
    }

    private LineSettings line() {
        Integer sendBytes = text(RelayKey.SNDBUF_SIZE, 0, RelayValues::socketBuffer);
        Integer receiveBytes = text(RelayKey.RCVBUF_SIZE, 0, RelayValues::socketBuffer);
        BandwidthSchedule bwlimit = text(RelayKey.BWLIMIT, BandwidthSchedule.UNLIMITED, RelayValues::bandwidth);
        DialMode dial = text(RelayKey.DIAL, DialMode.BOTH, RelayValues::dial);
        String congestion = text(RelayKey.CONGESTION, "", RelayValues::congestion);
        WanLinks links = text(RelayKey.LINKS, WanLinks.ONE, RelayValues::links);
        boolean read = sendBytes != null
                && receiveBytes != null
                && bwlimit != null
                && dial != null
                && congestion != null
                && links != null;
        return read
                ? new LineSettings(sendBytes, receiveBytes, bwlimit, dial, congestion, links)
                : LineSettings.DEFAULT;
    }

    private void take(String spelling, Object value) {
        Optional<RelayKey> key = RelayKey.of(spelling);
        if (key.isEmpty()) {
            problems.add(source + ": " + spelling + " is not a key of a relay: " + RelayKey.remedy(spelling));
        } else if (key.get() == RelayKey.PLUGIN) {
            lines(value).forEach(this::takePlugin);
        } else if (value instanceof String || value instanceof Number) {
            texts.put(key.get(), value.toString().strip());
        } else {
            problems.add(source + ": " + spelling + " is not a single text: give it one value.");
            texts.put(key.get(), null);
        }
    }

    private static List<String> lines(Object value) {
        return value instanceof String[] array ? List.of(array) : List.of(value.toString());
    }

    private void takePlugin(String line) {
        try {
            plugins.take(line);
        } catch (ValueRefusedException e) {
            problems.add(source + ": plugin " + line + " " + e.getMessage() + ".");
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
            String text = AddressText.of(address);
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
            problems.add(source + ": drbd = " + AddressText.of(drbd) + " cannot be dialled from inside = "
                    + AddressText.of(inside)
                    + ", because one is IPv4 and the other IPv6: write both in one family.");
        }
    }
}
