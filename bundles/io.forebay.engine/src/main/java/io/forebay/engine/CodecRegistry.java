/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecException;
import io.forebay.api.codec.Decompressor;
import io.forebay.api.relay.CodecChoice;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/** The codecs there are, under the numbers that this Forebay's records give them. Thread-safe. */
final class CodecRegistry {

    private static final int NAME_LENGTH_MAX = 32;

    private final List<String> names = new ArrayList<>();
    private final PlugIns<Codec> plugIns;
    private final Map<PlugIn<Codec>, Entry> entries = new ConcurrentHashMap<>();

    CodecRegistry(Function<String, Predicate<Map<String, ?>>> targets) {
        plugIns = new PlugIns<>("codec", targets);
    }

    /** A codec with the decompressors made of it that stand idle. */
    private record Entry(PlugIn<Codec> plugIn, ArrayDeque<Decompressor> idle) {

        Decompressor borrow() {
            synchronized (idle) {
                Decompressor decompressor = idle.pollFirst();
                if (decompressor != null) {
                    return decompressor;
                }
            }
            return plugIn.service().decompressor(false);
        }

        void giveBack(Decompressor decompressor) {
            synchronized (idle) {
                idle.addFirst(decompressor);
            }
        }

        void close() {
            synchronized (idle) {
                idle.forEach(Decompressor::close);
                idle.clear();
            }
        }
    }

    void add(PlugIn<Codec> codec) {
        String name = codec.name();
        if (name.length() > NAME_LENGTH_MAX || name.equals(CodecChoice.NONE)) {
            throw new IllegalArgumentException(
                    "codec name cannot be used: name=%s (expected: at most %d characters, not %s)"
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
        entries.put(codec, new Entry(codec, new ArrayDeque<>()));
        plugIns.add(codec);
    }

    void remove(PlugIn<Codec> codec) {
        plugIns.remove(codec);
        Entry entry = entries.remove(codec);
        if (entry != null) {
            entry.close();
        }
    }

    /** All codecs that are there, by name, the one that is taken first. */
    List<PlugIn<Codec>> all() {
        return plugIns.all();
    }

    /** All names ever, in their order: number 1 first. */
    List<String> names() {
        synchronized (names) {
            return List.copyOf(names);
        }
    }

    /**
     * Makes the choice that a configuration asks for.
     *
     * @throws IllegalArgumentException with a sentence, if there is no such codec or it does not take these options
     */
    CodecSelector.Choice choice(CodecChoice configured, String target) {
        if (configured.isNone()) {
            return CodecSelector.Choice.RAW;
        }
        PlugIn<Codec> codec = plugIns.get(configured.name(), target);
        return new CodecSelector.Choice(
                codec, codec.service().profile(configured.options()), names().indexOf(configured.name()) + 1);
    }

    /** Decompressors for one channel. */
    Decoders decoders(CodecNames peerCodecs) {
        return new ChannelDecoders(peerCodecs);
    }

    private final class ChannelDecoders implements Decoders {
        private final CodecNames peerCodecs;
        private final Map<Integer, Decompressor> histories = new HashMap<>();

        ChannelDecoders(CodecNames peerCodecs) {
            this.peerCodecs = peerCodecs;
        }

        @Override
        public void decompress(ByteBuffer memory, int offset, ByteBuffer target, int targetOffset)
                throws CodecException {
            int number = RecordLayout.codec(memory, offset);
            String name = peerCodecs.name(number);
            Entry entry = name == null
                    ? null
                    : plugIns.best(name, "").map(entries::get).orElse(null);
            if (entry == null) {
                throw new CodecException("no such codec here: number=%d, name=%s".formatted(number, name));
            }
            if (RecordLayout.history(memory, offset)) {
                decompress(
                        history(entry.plugIn().service(), number, memory, offset),
                        memory,
                        offset,
                        target,
                        targetOffset);
                return;
            }
            Decompressor decompressor = entry.borrow();
            try {
                decompress(decompressor, memory, offset, target, targetOffset);
            } finally {
                entry.giveBack(decompressor);
            }
        }

        private Decompressor history(Codec codec, int number, ByteBuffer memory, int offset) throws CodecException {
            if (RecordLayout.startsHistory(memory, offset)) {
                Decompressor old = histories.put(number, codec.decompressor(true));
                if (old != null) {
                    old.close();
                }
            }
            Decompressor decompressor = histories.get(number);
            if (decompressor == null) {
                throw new CodecException("history that never began: codec=" + number);
            }
            return decompressor;
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
        public void close() {
            histories.values().forEach(Decompressor::close);
            histories.clear();
        }
    }
}
