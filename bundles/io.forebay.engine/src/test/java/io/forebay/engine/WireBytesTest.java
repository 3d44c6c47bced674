/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.state.ChannelType;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.engine.PretendDrbd.Socket;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What goes over the line, headers of records included, beside what {@code zstd -1} makes of the whole stream. The data are
 * programs and classes, those of the Java that runs this; writes come at 100 MiB/s, and the line takes them as they come, so
 * that blocks are as small as they ever are.
 */
class WireBytesTest {

    private static final long SEED = 20261124;
    private static final int SAMPLE_BYTES = 8 << 20;
    private static final long BYTES_PER_SECOND = 100 << 20;

    /** A codec thread's turn; a longer one makes larger blocks, so this is a short one. */
    private static final long TURN_NS = 30_000;

    /** Until the window has grown to what the line holds, records wait for it, and blocks are larger. */
    private static final long WARM_NS = 2 * TwoSites.SECOND;

    private final TwoSites sites = new TwoSites(SEED, new HeapBabAllocator(), new HeapBabAllocator());
    private Socket near;
    private Socket far;
    private int sent = PretendDrbd.FIRST_DATA.length;

    private static byte[] sample() throws IOException {
        byte[] sample = new byte[2 * SAMPLE_BYTES];
        Path lib = Path.of(System.getProperty("java.home"), "lib");
        read(lib.resolve("server").resolve(System.mapLibraryName("jvm")), sample, 0);
        read(lib.resolve("modules"), sample, SAMPLE_BYTES);
        return sample;
    }

    private static void read(Path file, byte[] to, int offset) throws IOException {
        Assumptions.assumeTrue(Files.isReadable(file), () -> "there is no " + file);
        try (InputStream in = Files.newInputStream(file)) {
            assertThat(in.readNBytes(to, offset, SAMPLE_BYTES)).isEqualTo(SAMPLE_BYTES);
        }
    }

    private long send(byte[] data, int writeBytes) {
        long before = wireBytes();
        for (int at = 0; at < data.length; at += writeBytes) {
            near.send(Arrays.copyOfRange(data, at, at + writeBytes));
            sites.loop.runFor(writeBytes * TwoSites.SECOND / BYTES_PER_SECOND);
        }
        sent += data.length;
        sites.await("delivery", () -> far.receivedBytes() == sent);
        return wireBytes() - before;
    }

    private long wireBytes() {
        return sites.a.status().channels().stream()
                .filter(one -> one.type() == ChannelType.DATA)
                .map(ChannelStatus::transmit)
                .mapToLong(ChannelStatus.Flow::wireBytes)
                .sum();
    }

    @ParameterizedTest
    @CsvSource({"1048576, 1.03", "131072, 1.03", "16384, 1.03", "4096, 1.07"})
    void shouldBeLittleMoreThanTheWholeStreamCompressedAtOnce(int writeBytes, double most) throws IOException {
        byte[] data = sample();
        int whole = Zstd.compress(data, 1).length;
        sites.start(256 << 20, "zstd level 1");
        sites.wan().delayNs(100_000).bytesPerSecond(1_000_000_000);
        near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("dial of the far DRBD", () -> !sites.b.drbd.accepted().isEmpty());
        far = sites.b.drbd.accepted().get(0);
        sites.a.worker = task -> sites.loop.schedule(task, TURN_NS);
        long warmNs = sites.loop.nowNs() + WARM_NS;
        long wire;
        do {
            wire = send(data, writeBytes);
        } while (sites.loop.nowNs() < warmNs);
        System.out.printf("writes of %d bytes: %.4f of zstd -1%n", writeBytes, (double) wire / whole);
        assertThat((double) wire / whole).isLessThan(most);
        sites.closeAndProveEmpty();
    }
}
