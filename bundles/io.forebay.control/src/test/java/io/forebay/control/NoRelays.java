/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.control;

import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import java.util.List;
import java.util.Optional;

/** A Forebay without relays. */
final class NoRelays implements Relays {

    @Override
    public void put(RelaySettings settings) {
        throw new AssertionError("relays are made by configurations");
    }

    @Override
    public void remove(String name) {
        throw new AssertionError("relays are made by configurations");
    }

    @Override
    public Optional<String> codecProblem(CodecChoice codec) {
        return Optional.empty();
    }

    @Override
    public Optional<String> allocatorProblem(String allocator) {
        return Optional.empty();
    }

    @Override
    public List<String> codecNames() {
        return List.of("lz4", "zlib", "zstd");
    }

    @Override
    public List<RelayStatus> status() {
        return List.of();
    }
}
