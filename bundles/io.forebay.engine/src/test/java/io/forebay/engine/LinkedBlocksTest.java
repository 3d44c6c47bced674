/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import io.forebay.api.codec.Decompressor;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.codec.zstd.ZstdCodec;
import io.forebay.engine.PretendDrbd.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Small blocks refer to those before them, and a channel that rests holds nothing for those to come. */
class LinkedBlocksTest {

    private static final long SECOND = TwoSites.SECOND;

    private final TwoSites sites = new TwoSites(20261125, new HeapBabAllocator(), new HeapBabAllocator());
    private int histories;

    /** zstd, with its histories counted. */
    private final class Counted implements Codec {
        private final Codec zstd = new ZstdCodec();

        @Override
        public String name() {
            return "counted";
        }

        @Override
        public CodecProfile profile(Map<String, String> options) {
            return counted(zstd.profile(options));
        }

        @Override
        public Decompressor decompressor(boolean history) {
            return zstd.decompressor(history);
        }
    }

    private CodecProfile counted(CodecProfile of) {
        return new CodecProfile() {
            @Override
            public String words() {
                return of.words();
            }

            @Override
            public boolean history() {
                return of.history();
            }

            @Override
            public Optional<CodecProfile> linked() {
                return of.linked().map(LinkedBlocksTest.this::counted);
            }

            @Override
            public Compressor compressor() {
                return of.history() ? new CountedHistory(of.compressor()) : of.compressor();
            }
        };
    }

    private final class CountedHistory implements Compressor {
        private final Compressor compressor;
        private boolean closed;

        CountedHistory(Compressor compressor) {
            this.compressor = compressor;
            histories++;
        }

        @Override
        public int maxCompressedBytes(int length) {
            return compressor.maxCompressedBytes(length);
        }

        @Override
        public int compress(ByteBuffer source, int from, int length, ByteBuffer target, int to, int most) {
            return compressor.compress(source, from, length, target, to, most);
        }

        @Override
        public void close() {
            histories -= closed ? 0 : 1;
            closed = true;
            compressor.close();
        }
    }

    @Test
    void shouldKeepAHistoryWhileSmallWritesComeAndNoneForAChannelThatRests() {
        sites.start(64 << 20, "counted level 1");
        sites.a.engine.addCodec(PlugIn.plain("counted", new Counted()));
        sites.b.engine.addCodec(PlugIn.plain("counted", new Counted()));
        Socket near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("dial of the far DRBD", () -> !sites.b.drbd.accepted().isEmpty());
        Socket far = sites.b.drbd.accepted().get(0);
        long bytes = PretendDrbd.FIRST_DATA.length;
        for (int round = 0; round < 3; round++) {
            for (int write = 0; write < 200; write++) {
                near.send(new byte[4096]);
                bytes += 4096;
                sites.loop.runFor(SECOND / 100);
            }
            assertThat(histories).as("while writes come").isOne();
            sites.loop.runFor(3 * SECOND);
            assertThat(histories).as("at rest").isZero();
        }
        long all = bytes;
        sites.await("delivery", () -> far.receivedBytes() == all);
        sites.closeAndProveEmpty();
    }
}
