/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReplyFramesTest {

    private final ByteArrayOutputStream client = new ByteArrayOutputStream();
    private final ReplyFrames reply = new ReplyFrames(client);

    @Test
    void shouldSendAnEmptyReplyAsItsEndAlone() throws IOException {
        reply.out().print("");
        reply.end(0);
        assertThat(client.toByteArray()).containsExactly('x', 0, 0, 0, 1, '0');
    }

    @Test
    void shouldKeepTheStreamsApartAndEndWithTheStatus() throws IOException {
        reply.out().print("ä\n");
        reply.err().print("no");
        reply.end(117);
        assertThat(client.toByteArray())
                .containsExactly(
                        'o', 0, 0, 0, 3, 0xc3, 0xa4, '\n', 'e', 0, 0, 0, 2, 'n', 'o', 'x', 0, 0, 0, 3, '1', '1', '7');
    }

    @Test
    void shouldSendLongTextsInFramesAsTheyCome() throws IOException {
        String text = "0123456789".repeat(100_000);
        reply.out().print(text);
        assertThat(client.size()).as("a listing need not fit into memory twice").isGreaterThan(text.length() / 2);
        reply.end(0);
        ByteBuffer frames = ByteBuffer.wrap(client.toByteArray());
        StringBuilder joined = new StringBuilder();
        while (frames.get() == 'o') {
            byte[] payload = new byte[frames.getInt()];
            frames.get(payload);
            joined.append(new String(payload, StandardCharsets.UTF_8));
        }
        assertThat(joined.toString()).isEqualTo(text);
    }
}
