/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.config.drbdconf;

import io.forebay.config.NearestWord;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The options of a {@code proxy} section and the values that they take. Where the two modes of drbdadm differ the more
 * lenient is followed: 8.4 mode takes {@code 1T} and any {@code ping-timeout}, drbd-utils 9.30 takes buffers up to 128 MiB.
 */
enum ProxyOption {
    MEMLIMIT("memlimit", Values.SIZE, "a size, for example 512M"),
    READ_LOOPS("read-loops", Values.NUMBER, "a number, for example 10"),
    COMPRESSION("compression", "on|off|yes|no|\\d{1,20}", "on or off"),
    BWLIMIT("bwlimit", Values.SIZE, "bytes per second, for example 10M, or 0 for no limit"),
    SNDBUF_SIZE("sndbuf-size", Values.BUFFER, "a size from 0 to 128M"),
    RCVBUF_SIZE("rcvbuf-size", Values.BUFFER, "a size from 0 to 128M"),
    PING_TIMEOUT("ping-timeout", Values.NUMBER, "tenths of a second, for example 200");

    /** In a class of its own because a constant of an enum cannot use the enum's own fields. */
    private static final class Values {
        static final String NUMBER = "-?\\d{1,20}[kKmMgGs]?";
        static final String SIZE = "-?\\d{1,20}(\\.\\d{1,20})?([kKmMgGtTs]i?)?";
        static final String BUFFER = "(?<number>\\d{1,9})(?<unit>[kKmMs]?)";
    }

    private static final long BUFFER_BYTES_MAX = 128L << 20;

    private final String spelling;
    private final Pattern values;
    private final String expected;

    ProxyOption(String spelling, String values, String expected) {
        this.spelling = spelling;
        this.values = Pattern.compile(values);
        this.expected = expected;
    }

    /** What a value is to be. */
    String expected() {
        return expected;
    }

    boolean takes(String value) {
        Matcher matcher = values.matcher(value);
        if (!matcher.matches() || !values.pattern().equals(Values.BUFFER)) {
            return matcher.matches();
        }
        int shift = switch (matcher.group("unit")) {
            case "k", "K" -> 10;
            case "m", "M" -> 20;
            default -> 0;
        };
        return Long.parseLong(matcher.group("number")) << shift <= BUFFER_BYTES_MAX;
    }

    static Optional<ProxyOption> of(String spelling) {
        return Arrays.stream(values())
                .filter(option -> option.spelling.equals(spelling))
                .findFirst();
    }

    /** What to say to somebody who wrote another word. */
    static String remedy(String spelling) {
        List<String> spellings =
                Arrays.stream(values()).map(option -> option.spelling).toList();
        String known = "the options are " + String.join(", ", spellings) + " and plugin { }";
        return NearestWord.to(spelling, spellings)
                .map(nearest -> "did you mean " + nearest + "? (" + known + ")")
                .orElse("remove it, or put it into plugin { } as words; " + known);
    }
}
