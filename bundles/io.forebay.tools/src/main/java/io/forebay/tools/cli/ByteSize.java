/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.cli;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes as it is typed: {@code 500}, {@code 64K}, {@code 1.5G}; units are powers of 1024, as for {@code memlimit}.
 *
 * @param bytes 0 or more
 */
public record ByteSize(long bytes) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?)([kKmMgGtT]?)");
    private static final Map<String, Long> UNITS =
            Map.of("", 1L, "k", 1L << 10, "m", 1L << 20, "g", 1L << 30, "t", 1L << 40);

    /** What the programs' options are read with. */
    public static final class Converter implements ITypeConverter<ByteSize> {
        @Override
        public ByteSize convert(String text) {
            Matcher matcher = TEXT.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is not a number of bytes with K, M, G or T behind it if you like");
            }
            double count = Double.parseDouble(matcher.group(1));
            return new ByteSize(Math.round(count * UNITS.get(matcher.group(2).toLowerCase(Locale.ROOT))));
        }
    }
}
