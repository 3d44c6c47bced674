/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.zstd;

import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Compressor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Several levels, one of which is in force at a time; there is no level 0. */
record ZstdLevels(List<ZstdProfile> profiles) implements CodecProfile {

    static final int LEAST = -7;
    static final int MOST = 22;

    /** All levels between two, these included. */
    static ZstdLevels between(int least, int most, ZstdProfile.Window window, ScratchPool scratches) {
        return new ZstdLevels(IntStream.rangeClosed(least, most)
                .filter(level -> level != 0)
                .mapToObj(level -> new ZstdProfile(level, window, scratches))
                .toList());
    }

    private ZstdProfile first() {
        return profiles.get(0);
    }

    private ZstdProfile last() {
        return profiles.get(profiles.size() - 1);
    }

    @Override
    public String words() {
        return "level " + first().level() + ".." + last().level() + first().windowWords();
    }

    @Override
    public boolean history() {
        return first().history();
    }

    @Override
    public List<CodecProfile> steps() {
        return List.copyOf(profiles);
    }

    @Override
    public Optional<CodecProfile> linked() {
        return first().linked();
    }

    @Override
    public Compressor compressor() {
        return first().compressor();
    }
}
