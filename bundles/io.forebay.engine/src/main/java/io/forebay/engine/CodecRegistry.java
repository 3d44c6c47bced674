/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
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

    private LentCodec find(String name, Function<String, Optional<PlugIn<Codec>>> preferred) {
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
        private final Map<Integer, LentCodec> used = new HashMap<>();
        private final Map<Integer, HistoryDecoder> histories = new HashMap<>();

        ChannelDecoders(CodecNames peerCodecs, Function<String, Optional<PlugIn<Codec>>> preferred) {
            this.peerCodecs = peerCodecs;
            this.preferred = preferred;
        }

        @Override
        public Decoder decoder(ByteBuffer memory, int offset) throws CodecException {
            int number = RecordLayout.codec(memory, offset);
            if (!RecordLayout.history(memory, offset)) {
                return codec(number);
            }
            HistoryDecoder history = histories.get(number);
            if (RecordLayout.startsHistory(memory, offset)) {
                history = new HistoryDecoder(codec(number), history);
                histories.put(number, history);
            }
            if (history == null) {
                throw new CodecException("history that never began: codec=" + number);
            }
            return history;
        }

        private LentCodec codec(int number) throws CodecException {
            LentCodec codec = used.get(number);
            if (codec == null || codec.isLeaving()) {
                String name = peerCodecs.name(number);
                codec = name == null ? null : find(name, preferred);
                if (codec == null) {
                    throw new CodecException("no such codec here: number=%d, name=%s".formatted(number, name));
                }
                used.put(number, codec);
            }
            return codec;
        }

        @Override
        public List<HistoryDecoder> forget(PlugIn<?> codec) {
            used.values().removeIf(one -> one.plugIn().equals(codec));
            List<HistoryDecoder> its = histories.values().stream()
                    .filter(history -> history.plugIn().equals(codec))
                    .toList();
            histories.values().removeAll(its);
            return its;
        }

        @Override
        public void close() {
            histories.values().forEach(HistoryDecoder::close);
            histories.clear();
        }
    }
}
