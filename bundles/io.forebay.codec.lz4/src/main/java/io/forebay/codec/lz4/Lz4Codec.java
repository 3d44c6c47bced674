/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.lz4;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Decompressor;
import java.util.Map;
import net.jpountz.lz4.LZ4Factory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * LZ4 blocks, without the frame format: a record has lengths and a CRC already.
 *
 * <p>{@code level} 1, the default, is the fast compressor; 2 to 17 are the high compressor's levels. A decompressor
 * holds no memory.
 */
@Component(service = Codec.class, property = "name=lz4")
public final class Lz4Codec implements Codec {

    static final String NAME = "lz4";

    private final LZ4Factory factory;

    @Activate
    public Lz4Codec() {
        this(fastest());
    }

    Lz4Codec(LZ4Factory factory) {
        this.factory = factory;
    }

    /**
     * The native library, else Java without {@code Unsafe}. The library's own {@code fastestInstance} skips the native
     * one wherever it was not loaded by the system's class loader, as in a framework.
     */
    private static LZ4Factory fastest() {
        try {
            return LZ4Factory.nativeInstance();
        } catch (LinkageError | AssertionError notLoaded) {
            return LZ4Factory.safeInstance();
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CodecProfile profile(Map<String, String> options) {
        int level = Lz4Profile.FAST_LEVEL;
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (!option.getKey().equals("level") || !option.getValue().matches("[0-9]{1,2}")) {
                throw refusal(option);
            }
            level = Integer.parseInt(option.getValue());
            if (level < 1 || level > 17) {
                throw refusal(option);
            }
        }
        return new Lz4Profile(level, factory);
    }

    @Override
    public Decompressor decompressor(boolean history) {
        if (history) {
            throw new IllegalArgumentException("no history: codec=lz4, history=true (expected: false)");
        }
        return new Lz4Decompressor(factory.safeDecompressor());
    }

    private static IllegalArgumentException refusal(Map.Entry<String, String> option) {
        return new IllegalArgumentException("The codec lz4 cannot take \"" + option.getKey() + " " + option.getValue()
                + "\": possible is \"level\" with 1 to 17.");
    }
}
