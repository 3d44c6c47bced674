/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.testkit;

import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.relay.PlugInTargets;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Relays that can be looked at only, for those who show them; all of Forebay's own codecs and allocators are there. */
public final class StubRelays implements Relays {

    private final Supplier<List<RelayStatus>> status;
    private List<PlugInStatus> plugIns = List.of(codec("lz4"), codec("zlib"), codec("zstd"));

    /** Shows at each look what it is given. */
    public StubRelays(Supplier<List<RelayStatus>> status) {
        this.status = status;
    }

    /** Has these plug-ins instead of lz4, zlib and zstd. */
    public StubRelays with(PlugInStatus... there) {
        plugIns = List.of(there);
        return this;
    }

    /** A codec that is there. */
    public static PlugInStatus codec(String name) {
        return new PlugInStatus(PlugInStatus.Kind.CODEC, name, "a.bundle 1.0.0", 0, List.of(), "");
    }

    /** Shows always the same. */
    public StubRelays(RelayStatus... status) {
        this(() -> List.of(status));
    }

    @Override
    public void put(RelaySettings settings) {
        throw new AssertionError("relays can be looked at only");
    }

    @Override
    public void remove(String name) {
        throw new AssertionError("relays can be looked at only");
    }

    @Override
    public Optional<String> codecProblem(CodecChoice codec, PlugInTargets targets) {
        return Optional.empty();
    }

    @Override
    public Optional<String> allocatorProblem(String allocator, PlugInTargets targets) {
        return Optional.empty();
    }

    @Override
    public List<PlugInStatus> plugIns() {
        return plugIns;
    }

    @Override
    public List<RelayStatus> status() {
        return status.get();
    }
}
