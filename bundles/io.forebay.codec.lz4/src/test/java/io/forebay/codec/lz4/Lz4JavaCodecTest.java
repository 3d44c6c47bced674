/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.lz4;

import io.forebay.api.codec.Codec;
import io.forebay.testkit.CodecContract;
import java.util.List;
import net.jpountz.lz4.LZ4Factory;

/** The contract where the native library does not load. */
class Lz4JavaCodecTest extends CodecContract {

    @Override
    protected Codec newCodec() {
        return new Lz4Codec(LZ4Factory.safeInstance());
    }

    @Override
    protected List<String> profiles() {
        return List.of("", "level 2", "level 9", "level 17");
    }

    @Override
    protected List<String> refused() {
        return Lz4CodecTest.refusedWords();
    }

    /** The library's Java compressor makes its table anew for each block: 16 KiB, or 256 KiB at high levels. */
    @Override
    protected int allocationBytesPerBlockMax() {
        return 600 << 10;
    }
}
