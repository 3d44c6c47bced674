/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Decompressor;
import io.forebay.bab.direct.DirectBabAllocator;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.codec.zstd.ZstdCodec;
import io.forebay.engine.PretendDrbd.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a codec that breaks its contract does to two engines and their DRBDs: no more than it must. */
class MisbehavingCodecTest {

    private static final long SEED = 20261121;

    private final Random random = new Random(SEED);

    @Test
    void shouldEndTheSessionAndNothingElseWhenACodecMisbehaves() {
        TwoSites sites =
                new TwoSites(SEED, new HeapBabAllocator(), new DirectBabAllocator()).start(1 << 20, "zstd level 1");
        Codec zstd = new ZstdCodec();
        AtomicBoolean broken = new AtomicBoolean();
        sites.b.engine.addCodec(new PlugIn<>(breaking(zstd, broken), "zstd", "a.vendor 1.0.0", 99, 1, Map.of()));
        Socket data = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        Socket meta = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_META);
        sites.await("dials of the far DRBD", () -> sites.b.drbd.accepted().size() == 2);
        byte[] good = RelayingTest.writes(random, 10, 32 << 10);
        data.send(good);
        sites.await(
                "delivery",
                () -> sites.b.drbd.accepted().stream().anyMatch(one -> one.receivedBytes() == good.length + 8));
        broken.set(true);
        data.send(RelayingTest.writes(random, 10, 32 << 10));
        sites.await("the end", () -> data.closed);
        assertThat(meta.closed).isFalse();
        String said = "zstd (bundle a.vendor 1.0.0) misbehaved: it threw java.lang.LinkageError: gone";
        assertThat(sites.events).filteredOn(one -> one.contains(said)).hasSize(1);
        assertThat(sites.events)
                .anyMatch(one -> one.contains("zstd (bundle a.vendor 1.0.0) threw java.lang.LinkageError: gone"));
        assertThat(sites.events)
                .anyMatch(one -> one.contains("codec at fault here: block cannot be decompressed"))
                .noneMatch(one -> one.contains("peer violated"));
        broken.set(false);
        Socket again = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        int before = sites.b.drbd.accepted().size();
        sites.await("another session", () -> sites.b.drbd.accepted().size() > before);
        assertThat(again.open).isTrue();
        sites.closeAndProveEmpty();
    }

    /** A codec whose decompressors break as soon as they are told to. */
    private static Codec breaking(Codec codec, AtomicBoolean broken) {
        return new Codec() {
            @Override
            public String name() {
                return codec.name();
            }

            @Override
            public CodecProfile profile(Map<String, String> options) {
                return codec.profile(options);
            }

            @Override
            public Decompressor decompressor(boolean history) {
                if (broken.get()) {
                    throw new LinkageError("gone");
                }
                Decompressor inner = codec.decompressor(history);
                return new Decompressor() {
                    @Override
                    public void decompress(ByteBuffer from, int at, int length, ByteBuffer to, int toAt, int toLength)
                            throws CodecException {
                        if (broken.get()) {
                            throw new LinkageError("gone");
                        }
                        inner.decompress(from, at, length, to, toAt, toLength);
                    }

                    @Override
                    public void close() {
                        inner.close();
                    }
                };
            }
        };
    }
}
