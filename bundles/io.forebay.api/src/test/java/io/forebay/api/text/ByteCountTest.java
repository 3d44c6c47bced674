/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteCountTest {

    @ParameterizedTest
    @CsvSource({
        "0,0 B",
        "1023,1023 B",
        "1024,1 KiB",
        "1536,1.5 KiB",
        "16777216,16 MiB",
        "1048575,1 MiB",
        "1073741823,1 GiB",
        "1073741824,1 GiB",
        "2684354560,2.5 GiB",
        "9223372036854775807,8 EiB",
        "-1536,-1.5 KiB",
    })
    void shouldUseTheUnitThatReadsBest(long bytes, String text) {
        assertThat(ByteCount.text(bytes)).isEqualTo(text);
    }
}
