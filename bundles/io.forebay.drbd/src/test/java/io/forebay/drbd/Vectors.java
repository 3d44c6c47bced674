/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** The packets of {@code vectors.hex} by name, and streams made of them. */
final class Vectors {
    /** Every byte outside the range under test; were it read as a header or payload, the outcome would differ. */
    static final int GUARD_BYTES = 32;

    private static final Map<String, byte[]> BY_NAME = load();

    private Vectors() {}

    static byte[] of(String name) {
        byte[] bytes = BY_NAME.get(name);
        if (bytes == null) {
            throw new AssertionError("no such vector: name=" + name);
        }
        return bytes.clone();
    }

    static Map<String, byte[]> all() {
        return BY_NAME;
    }

    static byte[] stream(String names) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (String name : names.split(" ")) {
            stream.writeBytes(of(name));
        }
        return stream.toByteArray();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            stream.writeBytes(part);
        }
        return stream.toByteArray();
    }

    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /** Hands a stream over in pieces, each in a buffer of its own whose other bytes are noise. */
    static void feed(FrameScanner scanner, byte[] stream, int from, int length, Random noise) {
        byte[] guarded = new byte[length + 2 * GUARD_BYTES];
        noise.nextBytes(guarded);
        System.arraycopy(stream, from, guarded, GUARD_BYTES, length);
        ByteBuffer memory = length % 2 == 0
                ? ByteBuffer.wrap(guarded)
                : ByteBuffer.allocateDirect(guarded.length).put(guarded).clear();
        scanner.scan(memory, GUARD_BYTES, length);
    }

    static void feed(FrameScanner scanner, byte[] stream) {
        feed(scanner, stream, 0, stream.length, new Random(1));
    }

    static void feed(FrameScanner scanner, String names) {
        feed(scanner, stream(names));
    }

    private static Map<String, byte[]> load() {
        Map<String, byte[]> vectors = new LinkedHashMap<>();
        try (InputStream resource = Vectors.class.getResourceAsStream("vectors.hex")) {
            String name = null;
            for (String line : new String(resource.readAllBytes(), StandardCharsets.US_ASCII).split("\n")) {
                if (line.startsWith("#")) {
                    continue;
                }
                if (line.startsWith(" ")) {
                    vectors.merge(name, hex(line), (one, two) -> join(one, two));
                } else {
                    name = line;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return vectors;
    }
}
