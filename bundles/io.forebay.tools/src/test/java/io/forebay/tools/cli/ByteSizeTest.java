/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ByteSizeTest {
    private final ByteSize.Converter converter = new ByteSize.Converter();

    @ParameterizedTest
    @CsvSource({"0, 0", "512, 512", "64K, 65536", "64k, 65536", "1.5M, 1572864", "2G, 2147483648", "1T, 1099511627776"})
    void shouldCountInPowersOf1024(String text, long bytes) {
        assertThat(converter.convert(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "K", "-1", "1KB", "1 M", "lots", "1e6"})
    void shouldRefuseWhatIsNoSize(String text) {
        assertThatThrownBy(() -> converter.convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'");
    }
}
