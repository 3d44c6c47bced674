/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.deflate;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Decompressor;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * What configurations call {@code zlib}, by the JDK: raw deflate (RFC 1951), without zlib's header and checksum, because
 * a record has a CRC already.
 *
 * <p>{@code level} is 1 to 9; the default, 2, is what LINSTOR writes. A decompressor holds less than 128 KiB.
 */
@Component(service = Codec.class, property = "name=zlib")
public final class DeflateCodec implements Codec {

    static final String NAME = "zlib";

    private static final int LEVEL_DEFAULT = 2;

    @Activate
    public DeflateCodec() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CodecProfile profile(Map<String, String> options) {
        int level = LEVEL_DEFAULT;
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (!option.getKey().equals("level") || !option.getValue().matches("[1-9]")) {
                throw new IllegalArgumentException("The codec zlib cannot take \"" + option.getKey() + " "
                        + option.getValue() + "\": possible is \"level\" with 1 to 9.");
            }
            level = Integer.parseInt(option.getValue());
        }
        return new DeflateProfile(level);
    }

    @Override
    public Decompressor decompressor(boolean history) {
        if (history) {
            throw new IllegalArgumentException("no history: codec=zlib, history=true (expected: false)");
        }
        return new DeflateDecompressor();
    }
}
