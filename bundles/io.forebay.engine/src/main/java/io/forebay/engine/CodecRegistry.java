/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Decompressor;
import io.forebay.api.relay.CodecChoice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The codecs there are, under the numbers that this Forebay's records give them, and those that have left but are not gone
 * yet. Thread-safe.
 */
final class CodecRegistry {

    private static final int NAME_LENGTH_MAX = 32;

    private final List<String> names = new ArrayList<>();
    private final PlugIns<Codec> plugIns;
    private final Map<PlugIn<Codec>, LentCodec> lent = new ConcurrentHashMap<>();

    CodecRegistry(Function<String, Predicate<Map<String, ?>>> targets) {
        plugIns = new PlugIns<>("codec", targets);
    }

    /**
     * A codec has come.
     *
     * @throws IllegalArgumentException if its name cannot be used
     */
    void add(PlugIn<Codec> codec) {
        String name = codec.name();
        if (name == null
                || !name.matches("[A-Za-z0-9._-]{1," + NAME_LENGTH_MAX + "}")
                || name.equals(CodecChoice.NONE)) {
            throw new IllegalArgumentException(
                    "codec name cannot be used: name=%s (expected: at most %d letters, digits and . _ -, not %s)"
                            .formatted(name, NAME_LENGTH_MAX, CodecChoice.NONE));
        }
        synchronized (names) {
            if (!names.contains(name)) {
                if (names.size() == Hello.CODECS_MAX) {
                    throw new IllegalArgumentException(
                            "too many codecs: name=%s (expected: at most %d)".formatted(name, Hello.CODECS_MAX));
                }
                names.add(name);
            }
        }
        lent.put(codec, new LentCodec(codec));
        plugIns.add(codec);
    }

    /** A codec leaves: it is not chosen any more, and stays usable for those who use it until it is gone. */
    CompletableFuture<Void> remove(PlugIn<Codec> codec) {
        LentCodec leaving = lent.get(codec);
        if (leaving == null || !plugIns.remove(codec)) {
            return CompletableFuture.completedFuture(null);
        }
        return leaving.leave().whenComplete((nothing, never) -> lent.remove(codec));
    }

    /** All codecs that are there, by name, the one that is taken first. */
    List<PlugIn<Codec>> all() {
        return plugIns.all();
    }

    PlugIns<Codec> plugIns() {
        return plugIns;
    }

    /** One that is there, or not gone yet; {@code null} if it is. */
    LentCodec lent(PlugIn<?> codec) {
        return lent.get(codec);
    }

    /** All that have left and are not gone yet. */
    List<LentCodec> leaving() {
        List<PlugIn<Codec>> here = plugIns.all();
        return lent.values().stream()
                .filter(one -> !here.contains(one.plugIn()))
                .toList();
    }

    /** The number of a codec in this Forebay's records, from 1 on. */
    int number(String name) {
        synchronized (names) {
            return names.indexOf(name) + 1;
        }
    }

    /** All names ever, in their order, number 1 first; empty for a codec that cannot be offered to a peer now. */
    List<String> offer(Predicate<PlugIn<?>> usable) {
        List<String> usableNames =
                plugIns.all().stream().filter(usable).map(PlugIn::name).toList();
        synchronized (names) {
            return names.stream()
                    .map(name -> usableNames.contains(name) ? name : "")
                    .toList();
        }
    }

    /**
     * Decompressors for one channel.
     *
     * @param preferred which of several codecs of a name decompresses, if it is there
     */
    Decoders decoders(CodecNames peerCodecs, Function<String, Optional<PlugIn<Codec>>> preferred) {
        return new ChannelDecoders(peerCodecs, preferred);
    }

    private LentCodec decoder(String name, Function<String, Optional<PlugIn<Codec>>> preferred) {
        return preferred
                .apply(name)
                .map(lent::get)
                .or(() -> leaving().stream()
                        .filter(one -> one.plugIn().name().equals(name))
                        .findFirst())
                .orElse(null);
    }

    private final class ChannelDecoders implements Decoders {
        private final CodecNames peerCodecs;
        private final Function<String, Optional<PlugIn<Codec>>> preferred;
        private final Map<Integer, History> histories = new HashMap<>();

        /** A stream of blocks that refer to each other, and whose decompressor follows it. */
        private record History(PlugIn<Codec> codec, Decompressor decompressor) {}

        ChannelDecoders(CodecNames peerCodecs, Function<String, Optional<PlugIn<Codec>>> preferred) {
            this.peerCodecs = peerCodecs;
            this.preferred = preferred;
        }

        @Override
        public void decompress(ByteBuffer memory, int offset, ByteBuffer target, int targetOffset)
                throws CodecException {
            int number = RecordLayout.codec(memory, offset);
            String name = peerCodecs.name(number);
            LentCodec entry = name == null ? null : decoder(name, preferred);
            if (entry == null) {
                throw new CodecException("no such codec here: number=%d, name=%s".formatted(number, name));
            }
            if (RecordLayout.history(memory, offset)) {
                decompress(history(entry.plugIn(), number, memory, offset), memory, offset, target, targetOffset);
                return;
            }
            Decompressor decompressor = entry.borrow();
            try {
                decompress(decompressor, memory, offset, target, targetOffset);
            } finally {
                entry.giveBack(decompressor);
            }
        }

        private Decompressor history(PlugIn<Codec> codec, int number, ByteBuffer memory, int offset)
                throws CodecException {
            if (RecordLayout.startsHistory(memory, offset)) {
                History old =
                        histories.put(number, new History(codec, codec.service().decompressor(true)));
                if (old != null) {
                    PlugIns.close(old.decompressor());
                }
            }
            History history = histories.get(number);
            if (history == null) {
                throw new CodecException("history that never began: codec=" + number);
            }
            return history.decompressor();
        }

        private static void decompress(
                Decompressor decompressor, ByteBuffer memory, int offset, ByteBuffer target, int targetOffset)
                throws CodecException {
            decompressor.decompress(
                    memory,
                    offset + RecordLayout.HEADER_BYTES,
                    RecordLayout.storedBytes(memory, offset),
                    target,
                    targetOffset,
                    RecordLayout.rawBytes(memory, offset));
        }

        @Override
        public void forget(PlugIn<?> codec) {
            histories.values().removeIf(history -> {
                boolean over = history.codec().equals(codec);
                if (over) {
                    PlugIns.close(history.decompressor());
                }
                return over;
            });
        }

        @Override
        public void close() {
            histories.values().forEach(history -> PlugIns.close(history.decompressor()));
            histories.clear();
        }
    }
}
