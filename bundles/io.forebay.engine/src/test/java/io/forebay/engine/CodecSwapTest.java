/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.codec.Codec;
import io.forebay.api.relay.ChannelStatus;
import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.state.ChannelType;
import io.forebay.bab.direct.DirectBabAllocator;
import io.forebay.bab.heap.HeapBabAllocator;
import io.forebay.codec.lz4.Lz4Codec;
import io.forebay.codec.zstd.ZstdCodec;
import io.forebay.engine.PretendDrbd.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Codecs that come, go, are better than others, or misbehave, while two engines relay on a simulated network. */
class CodecSwapTest {

    private static final long MEMLIMIT = 4 << 20;
    private static final long SECOND = TwoSites.SECOND;

    private final Random random = new Random(20261122);
    private long nextId = 100;
    private TwoSites sites;
    private Socket near;
    private Socket far;
    private int sent = PretendDrbd.FIRST_DATA.length;
    private byte[] expected = PretendDrbd.FIRST_DATA;

    /** Two sites whose stock codecs of these names are replaced by ones that can be taken away. */
    private void start(String codec) {
        sites = new TwoSites(20261122, new HeapBabAllocator(), new DirectBabAllocator()).start(MEMLIMIT, codec);
        near = sites.a.drbd.dial(sites.a.addresses.inside(), PretendDrbd.FIRST_DATA);
        sites.await("dial of the far DRBD", () -> !sites.b.drbd.accepted().isEmpty());
        far = sites.b.drbd.accepted().get(0);
    }

    private static PlugIn<Codec> stock(TwoSites.Site site, String name) {
        return site.engine.codecs().all().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private PlugIn<Codec> plugIn(Codec codec, int ranking) {
        return new PlugIn<>(codec, codec.name(), "a.vendor 1.0.0", nextId++, ranking, Map.of());
    }

    /** Sends bytes of which half compresses. */
    private void send(int bytes) {
        byte[] there = new byte[bytes];
        for (int at = 0; at < bytes; at += 8192) {
            byte[] block = new byte[Math.min(4096, bytes - at)];
            random.nextBytes(block);
            System.arraycopy(block, 0, there, at, block.length);
        }
        near.send(there);
        int before = expected.length;
        expected = Arrays.copyOf(expected, before + bytes);
        System.arraycopy(there, 0, expected, before, bytes);
        sent += bytes;
    }

    private void awaitDelivery() {
        sites.await("delivery", () -> far.receivedBytes() == sent);
        assertThat(Arrays.equals(far.received(), expected)).as("same bytes").isTrue();
        assertThat(near.closed || near.fin || far.closed || far.fin)
                .as("a connection was closed")
                .isFalse();
    }

    private ChannelStatus.Flow flow() {
        return sites.a.status().channels().stream()
                .filter(one -> one.type() == ChannelType.DATA)
                .findFirst()
                .orElseThrow()
                .transmit();
    }

    private static String nameOf(String words) {
        return words.split(" ")[0];
    }

    @ParameterizedTest
    @ValueSource(strings = {"lz4", "zlib level 1", "zstd level 1", "zstd level 1 long 20"})
    void shouldGoRawAndBackWhileACodecIsAwayAtEitherEnd(String words) {
        start(words);
        sites.wan().delayNs(5_000_000).bytesPerSecond(40_000_000);
        for (int round = 0; round < 6; round++) {
            TwoSites.Site site = round % 2 == 0 ? sites.a : sites.b;
            send(3 << 20);
            sites.loop.runFor(SECOND / 50);
            PlugIn<Codec> codec = stock(site, nameOf(words));
            CompletableFuture<Void> gone = site.engine.removeCodec(codec);
            sites.await("the codec to be gone", gone::isDone);
            assertThat(site.engine.codecs().lent(codec)).isNull();
            awaitDelivery();
            long raw = flow().rawRecords();
            send(1 << 20);
            awaitDelivery();
            assertThat(flow().rawRecords()).isGreaterThan(raw);
            assertThat(sites.a.status().problem()).contains("records go raw");
            site.engine.addCodec(plugIn(codec.service(), 0));
            sites.await("the codec to be back", () -> sites.a.status().problem().isEmpty());
            long wire = flow().wireBytes();
            send(1 << 20);
            awaitDelivery();
            assertThat(flow().wireBytes() - wire).isLessThan((1 << 20) * 3 / 4);
        }
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldStayUsableUntilTheLastBlockOnItsWayIsDecompressed() {
        start("zstd level 1");
        sites.wan().delayNs(20_000_000).bytesPerSecond(500_000);
        send(3 << 20);
        sites.loop.runFor(SECOND);
        PlugIn<Codec> codec = stock(sites.b, "zstd");
        CompletableFuture<Void> gone = sites.b.engine.removeCodec(codec);
        sites.loop.runFor(SECOND);
        assertThat(gone).isNotDone();
        assertThat(sites.b.engine.plugIns())
                .filteredOn(one ->
                        one.kind() == PlugInStatus.Kind.CODEC && one.name().equals("zstd"))
                .hasSize(1);
        awaitDelivery();
        sites.await("the codec to be gone", gone::isDone);
        assertThat(sites.b.engine.plugIns()).noneMatch(one -> one.name().equals("zstd"));
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldTellAgainOverTheNextLinkThatACodecHasLeft() {
        start("zstd level 1 long 20");
        sites.wan().delayNs(20_000_000).bytesPerSecond(2_000_000);
        send(3 << 20);
        sites.loop.runFor(SECOND / 2);
        sites.wan().cut(true);
        CompletableFuture<Void> gone = sites.b.engine.removeCodec(stock(sites.b, "zstd"));
        sites.loop.runFor(3 * SECOND);
        assertThat(gone).isNotDone();
        sites.wan().cut(false);
        awaitDelivery();
        sites.await("the codec to be gone", gone::isDone);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldNotWaitForACodecThatNobodyUses() {
        start("none");
        CompletableFuture<Void> gone = sites.a.engine.removeCodec(stock(sites.a, "zlib"));
        sites.await("the codec to be gone", gone::isDone);
        sites.loop.runFor(SECOND);
        assertThat(sites.b.status().peer().codecs()).containsExactlyInAnyOrder("lz4", "zstd");
        sites.closeAndProveEmpty();
    }

    private List<String> sentences() {
        List<String> all = sites.events.stream()
                .filter(one -> one.startsWith("news of ") || one.startsWith("codec "))
                .toList();
        sites.events.clear();
        return all;
    }

    @Test
    void shouldSayEachChangeAndWarnOfWhatLastsAgainAndAgain() {
        start("lz4");
        PlugIn<Codec> own = stock(sites.a, "lz4");
        assertThat(sentences()).contains("news of r0: codec lz4 (bundle no bundle) is used");
        for (int round = 0; round < 2; round++) {
            sites.a.engine.removeCodec(own);
            assertThat(sites.a.status().problem()).startsWith("codec lz4 is not used and records go raw");
            sites.loop.runFor(PlugInNews.SETTLED_NS - 1);
            assertThat(sentences()).containsExactly("news of plug-in: codec lz4 (bundle no bundle) has left");
            sites.loop.runFor(1);
            assertThat(sentences())
                    .singleElement()
                    .asString()
                    .startsWith(
                            "codec lz4 is not used and records go raw: there is no codec lz4: use one of zlib, zstd");
            sites.a.engine.addCodec(own);
            assertThat(sentences())
                    .containsExactly(
                            "news of plug-in: codec lz4 (bundle no bundle) has come",
                            "news of r0: codec lz4 (bundle no bundle) is used as configured again");
        }
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldNotWarnOfACodecThatIsOnlyUpdated() {
        start("lz4");
        PlugIn<Codec> own = stock(sites.a, "lz4");
        sentences();
        sites.a.engine.removeCodec(own);
        sites.loop.runFor(2 * SECOND);
        sites.a.engine.addCodec(plugIn(new Lz4Codec(), 0));
        sites.loop.runFor(10 * SECOND);
        assertThat(sentences())
                .containsExactly(
                        "news of plug-in: codec lz4 (bundle no bundle) has left",
                        "news of plug-in: codec lz4 (bundle a.vendor 1.0.0) has come",
                        "news of r0: codec lz4 (bundle a.vendor 1.0.0) is used as configured again");
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldShowEveryProblemOfARelay() {
        start("lz4");
        send(1 << 20);
        awaitDelivery();
        sites.a.engine.removeCodec(stock(sites.a, "lz4"));
        PlugIn<BabAllocator> allocator = sites.a.engine.allocators().all().get(0);
        sites.a.engine.removeAllocator(allocator);
        sites.loop.runFor(SECOND);
        assertThat(sites.a.status().problems())
                .satisfiesExactly(
                        one -> assertThat(one).contains("there is no BAB allocator heap"),
                        one -> assertThat(one).contains("there is no codec lz4"));
        assertThat(sites.a.status().problem()).contains("no BAB allocator heap").endsWith(" (and 1 more)");
        assertThat(sites.a.status().diagnosis().sentence())
                .contains("there is no BAB allocator heap", "there is no codec lz4");
        sites.a.engine.addAllocator(allocator);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldTakeTheBetterRankedOfTwoOfAName() {
        start("lz4");
        PlugIn<Codec> better = plugIn(new Lz4Codec(), 5);
        sites.a.engine.addCodec(better);
        send(1 << 20);
        awaitDelivery();
        assertThat(users("a.vendor 1.0.0")).containsExactly("r0");
        CompletableFuture<Void> gone = sites.a.engine.removeCodec(better);
        sites.await("the better one to be gone", gone::isDone);
        long wire = flow().wireBytes();
        send(1 << 20);
        awaitDelivery();
        assertThat(flow().wireBytes() - wire).isLessThan((1 << 20) * 3 / 4);
        assertThat(users("no bundle")).containsExactly("r0");
        sites.closeAndProveEmpty();
    }

    private List<String> users(String bundle) {
        return sites.a.engine.plugIns().stream()
                .filter(one -> one.kind() == PlugInStatus.Kind.CODEC
                        && one.bundle().equals(bundle)
                        && one.name().equals("lz4"))
                .findFirst()
                .orElseThrow()
                .relays();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("threw java.lang.IllegalStateException", (source, from, target, max, length) -> {
                    throw new IllegalStateException("gone mad");
                }),
                fault("threw java.lang.NoClassDefFoundError", (source, from, target, max, length) -> {
                    throw new NoClassDefFoundError("a/vendor/Missing");
                }),
                fault("threw java.lang.StackOverflowError", (source, from, target, max, length) -> {
                    throw new StackOverflowError();
                }),
                fault("returned a length of -7", (source, from, target, max, length) -> -7),
                fault("returned a length of 0", (source, from, target, max, length) -> 0),
                fault("returned a length of", (source, from, target, max, length) -> max + 1),
                fault("wrote behind", (source, from, target, max, length) -> {
                    target.put(max, (byte) ~target.get(max));
                    return length;
                }),
                fault("it cannot decompress itself", (source, from, target, max, length) -> {
                    target.put(length / 3, (byte) ~target.get(length / 3));
                    return length;
                }),
                fault("it cannot decompress itself", (source, from, target, max, length) -> length / 2));
    }

    private static Arguments fault(String sentence, FaultyCodec.Fault fault) {
        return Arguments.of(sentence, fault);
    }

    private void useFaulty(FaultyCodec.Fault fault, int goodBlocks, Supplier<Codec> inner) {
        Codec codec = inner.get();
        sites.a.engine.addCodec(plugIn(new FaultyCodec(codec, fault, goodBlocks), 5));
        sites.a.engine.removeCodec(sites.a.engine.codecs().all().stream()
                .filter(one -> one.name().equals(codec.name()) && one.ranking() == 0)
                .findFirst()
                .orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("faults")
    void shouldGoRawWhenACompressorMisbehavesAndNameItsBundle(String sentence, FaultyCodec.Fault fault) {
        start("lz4");
        useFaulty(fault, 0, Lz4Codec::new);
        send(2 << 20);
        awaitDelivery();
        assertThat(sites.events)
                .anySatisfy(event -> assertThat(event).contains("bundle a.vendor 1.0.0", "misbehaved", sentence));
        assertThat(sites.a.status().problem()).contains("a.vendor 1.0.0", "records go raw");
        assertThat(sites.a.engine.plugIns())
                .anySatisfy(one -> assertThat(one.problem()).contains(sentence));
        long wire = flow().wireBytes();
        send(1 << 20);
        awaitDelivery();
        assertThat(flow().wireBytes() - wire).isGreaterThan(1 << 20);
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldNotLoseTheHistoryOfTheOthersWhenABlockGoesRaw() {
        start("zstd level 1 long 20");
        useFaulty(
                (source, from, target, max, length) -> {
                    throw new IllegalStateException("gone mad");
                },
                5,
                ZstdCodec::new);
        send(3 << 20);
        awaitDelivery();
        assertThat(sites.a.status().problem()).contains("records go raw");
        sites.a.engine.addCodec(plugIn(new ZstdCodec(), 6));
        sites.await(
                "another codec of that name", () -> sites.a.status().problem().isEmpty());
        send(3 << 20);
        awaitDelivery();
        sites.closeAndProveEmpty();
    }

    @Test
    void shouldGiveItAnotherChanceWhenTheSettingsAreSetAgain() {
        start("lz4");
        boolean[] broken = {true};
        useFaulty(
                (source, from, target, max, length) -> {
                    if (broken[0]) {
                        throw new IllegalStateException("gone mad");
                    }
                    return length;
                },
                0,
                Lz4Codec::new);
        send(1 << 20);
        awaitDelivery();
        assertThat(sites.a.status().problem()).contains("records go raw");
        broken[0] = false;
        sites.a.memlimit(MEMLIMIT);
        assertThat(sites.a.status().problem()).isEmpty();
        long wire = flow().wireBytes();
        send(1 << 20);
        awaitDelivery();
        assertThat(flow().wireBytes() - wire).isLessThan((1 << 20) * 3 / 4);
        sites.closeAndProveEmpty();
    }
}
