/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The keys of a relay's file. */
enum RelayKey {
    INSIDE("inside"),
    DRBD("drbd"),
    OUTSIDE("outside"),
    PEER("peer"),
    TLS("tls"),
    NAME("name"),
    RESOURCE("resource"),
    MEMLIMIT("memlimit"),
    RESERVE("reserve"),
    CODEC("codec"),
    ALLOCATOR("allocator"),
    CODEC_TARGET("codec.target"),
    ALLOCATOR_TARGET("allocator.target"),
    DRAIN_TIMEOUT("drain-timeout"),
    RESUME_TIMEOUT("resume-timeout"),
    PING_TIMEOUT("ping-timeout"),
    SNDBUF_SIZE("sndbuf-size"),
    RCVBUF_SIZE("rcvbuf-size"),
    BWLIMIT("bwlimit"),
    DIAL("dial"),
    CONGESTION("congestion"),
    LINKS("links"),
    COMPRESSION("compression"),
    READ_LOOPS("read-loops"),
    PLUGIN("plugin");

    /** What {@code add connection} and {@code set plugin} say. */
    private static final Set<RelayKey> NOT_OPTIONS =
            EnumSet.of(INSIDE, DRBD, OUTSIDE, PEER, NAME, CODEC, CODEC_TARGET, ALLOCATOR_TARGET, PLUGIN);

    private final String spelling;

    RelayKey(String spelling) {
        this.spelling = spelling;
    }

    /** The key as the file spells it. */
    String spelling() {
        return spelling;
    }

    /** Whether an option of a {@code proxy} section, or {@code set}, can be this key. */
    boolean isOption() {
        return !NOT_OPTIONS.contains(this);
    }

    static Optional<RelayKey> of(String spelling) {
        return Arrays.stream(values())
                .filter(key -> key.spelling.equals(spelling))
                .findFirst();
    }

    /** The key that was probably meant; empty if none is near. */
    static Optional<RelayKey> nearest(String spelling) {
        return NearestWord.to(spelling, spellings()).flatMap(RelayKey::of);
    }

    /** What to write instead of something that is no key. */
    static String remedy(String spelling) {
        return nearest(spelling)
                .map(nearest -> "did you mean " + nearest.spelling() + "?")
                .orElse("the keys are " + String.join(", ", spellings()) + ".");
    }

    static List<String> spellings() {
        return Arrays.stream(values()).map(RelayKey::spelling).toList();
    }

    /** The keys that are options, as they are spelled. */
    static List<String> options() {
        return Arrays.stream(values())
                .filter(RelayKey::isOption)
                .map(RelayKey::spelling)
                .toList();
    }
}
