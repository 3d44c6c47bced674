/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.benchmarks;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Compressor;
import io.forebay.api.codec.Decompressor;
import io.forebay.api.relay.CodecChoice;
import io.forebay.codec.deflate.DeflateCodec;
import io.forebay.codec.lz4.Lz4Codec;
import io.forebay.codec.zstd.ZstdCodec;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One worker, block after block, as the engine calls a codec: between direct buffers, with all the room a result may need. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {

    /** Many blocks, so that a processor does not learn one by heart; few enough for its cache, from which a relay takes them, too. */
    private static final int DATA_BYTES = 1 << 20;

    private static final Map<String, Supplier<Codec>> CODECS =
            Map.of("zstd", ZstdCodec::new, "lz4", Lz4Codec::new, "zlib", DeflateCodec::new);

    /** As in a relay's configuration. */
    @Param({"zstd level 1", "zstd level 3", "lz4", "zlib"})
    String codec;

    @Param({"4096", "16384", "65536", "131072"})
    int blockBytes;

    @Param
    BlockData data;

    private Compressor compressor;
    private Decompressor decompressor;
    private int blocks;
    private ByteBuffer raw;
    private ByteBuffer compressed;
    private int[] compressedBytes;
    private int roomBytes;
    private ByteBuffer target;
    private int next;

    @Setup
    public void prepare() throws CodecException {
        CodecChoice choice = CodecChoice.parse(codec);
        Codec plugIn = CODECS.get(choice.name()).get();
        compressor = plugIn.profile(choice.options()).compressor();
        decompressor = plugIn.decompressor(false);
        blocks = DATA_BYTES / blockBytes;
        raw = data.blocks(blockBytes, blocks);
        roomBytes = compressor.maxCompressedBytes(blockBytes);
        target = ByteBuffer.allocateDirect(roomBytes);
        compressed = ByteBuffer.allocateDirect(roomBytes * blocks);
        compressedBytes = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            compressedBytes[i] =
                    compressor.compress(raw, i * blockBytes, blockBytes, compressed, i * roomBytes, roomBytes);
            decompressor.decompress(compressed, i * roomBytes, compressedBytes[i], target, 0, blockBytes);
            if (!target.slice(0, blockBytes).equals(raw.slice(i * blockBytes, blockBytes))) {
                throw new IllegalStateException("block changed: codec=" + codec + ", data=" + data + ", block=" + i);
            }
        }
    }

    @Benchmark
    public int compress(Volume volume) {
        int block = next();
        volume.add(blockBytes);
        return compressor.compress(raw, block * blockBytes, blockBytes, target, 0, roomBytes);
    }

    @Benchmark
    public void decompress(Volume volume) throws CodecException {
        int block = next();
        volume.add(blockBytes);
        decompressor.decompress(compressed, block * roomBytes, compressedBytes[block], target, 0, blockBytes);
    }

    private int next() {
        next = next + 1 == blocks ? 0 : next + 1;
        return next;
    }

    @TearDown
    public void close() {
        compressor.close();
        decompressor.close();
    }

    /** How many times smaller the blocks have become. */
    double ratio() {
        long sum = 0;
        for (int bytes : compressedBytes) {
            sum += bytes;
        }
        return (double) blocks * blockBytes / sum;
    }
}
