/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.PlugInStatus;
import io.forebay.api.relay.RelayConfigurations;
import io.forebay.api.relay.RelayRefusedException;
import io.forebay.api.relay.RelaySettings;
import io.forebay.api.relay.RelayStatus;
import io.forebay.api.relay.Relays;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The commands that show codecs and BAB allocators, and exchange them under a relay that is at work. */
@Component(service = PlugInCommands.class)
@GogoCommand(
        scope = "forebay",
        function = {"codecs", "babs", "swap", "_swap"})
public final class PlugInCommands {

    private final Relays relays;
    private final RelayConfigurations configurations;

    /** What can be swapped. */
    private enum Kind {
        CODEC("codec", "codec", settings -> settings.codec().toString(), PlugInStatus.Kind.CODEC),
        BAB("bab", "allocator", RelaySettings::allocator, PlugInStatus.Kind.ALLOCATOR);

        private final String word;
        private final String key;
        private final Function<RelaySettings, String> configured;
        private final PlugInStatus.Kind plugIn;

        Kind(String word, String key, Function<RelaySettings, String> configured, PlugInStatus.Kind plugIn) {
            this.word = word;
            this.key = key;
            this.configured = configured;
            this.plugIn = plugIn;
        }

        private static Optional<Kind> of(String word) {
            return Arrays.stream(values())
                    .filter(kind -> kind.word.equals(word))
                    .findFirst();
        }
    }

    @Activate
    public PlugInCommands(@Reference Relays relays, @Reference RelayConfigurations configurations) {
        this.relays = relays;
        this.configurations = configurations;
    }

    @Descriptor("lists the codecs: who uses them, which peers can decompress them, and what is wrong")
    public Listing<?> codecs(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json) {
        return Listing.of(CodecTable.rows(relays), json, CodecTable::text);
    }

    @Descriptor("lists the BAB allocators: who uses them, how much is held, and what is wrong")
    public Listing<?> babs(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json) {
        return Listing.of(AllocatorTable.rows(relays), json, AllocatorTable::text);
    }

    @Descriptor(
            "exchanges a relay's codec or BAB allocator while it is at work: swap r0 codec zstd level 3, swap r0 bab"
                    + " heap; the one it has again gives it another chance")
    public Listing<?> swap(
            @Descriptor(Listing.JSON)
                    @Parameter(
                            names = {"-j", "--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor("the relay's name") String relay,
            @Descriptor("codec or bab") String kind,
            @Descriptor("the name, none for no codec, and the codec's options") String... words) {
        Kind wanted = Kind.of(kind)
                .orElseThrow(() -> new RefusedCommandException(
                        "%s cannot be swapped: write swap %s codec NAME, or swap %s bab NAME."
                                .formatted(kind, relay, relay)));
        String value = String.join(" ", words);
        if (value.isBlank()) {
            throw new RefusedCommandException("The name of the %s is missing: there are %s."
                    .formatted(wanted.word, String.join(", ", choices(wanted))));
        }
        String before = configured(relay, wanted);
        List<String> remarks;
        try {
            remarks = configurations.set(relay, wanted.key, value);
        } catch (RelayRefusedException e) {
            throw new RefusedCommandException(e.getMessage());
        }
        SwapTable.Row row = new SwapTable.Row(
                relay,
                wanted.word,
                before,
                configured(relay, wanted),
                Stream.concat(notAtThePeer(relay, wanted), remarks.stream()).collect(Collectors.joining(" ")));
        return Listing.of(List.of(row), json, SwapTable::text);
    }

    private Optional<RelayStatus> status(String relay) {
        return relays.status().stream()
                .filter(one -> one.settings().name().equals(relay))
                .findFirst();
    }

    private String configured(String relay, Kind kind) {
        return status(relay).map(one -> kind.configured.apply(one.settings())).orElse("");
    }

    /** The codec is there, and yet nothing will be compressed. */
    private Stream<String> notAtThePeer(String relay, Kind kind) {
        return status(relay)
                .filter(one -> kind == Kind.CODEC
                        && !one.settings().codec().isNone()
                        && !one.peer().host().isEmpty()
                        && !one.peer().codecs().contains(one.settings().codec().name()))
                .map(one -> "The peer %s cannot decompress it, so it gets all uncompressed."
                        .formatted(one.peer().host()))
                .stream();
    }

    /** For tab completion; a name that begins with an underscore is not offered itself. */
    @Descriptor("names what may stand next in swap, for tab completion")
    public List<String> _swap(@Descriptor("the words before, that of the command first") List<?> words) {
        List<String> before = words.stream()
                .skip(1)
                .map(String::valueOf)
                .filter(word -> !word.equals("-j") && !word.equals("--json"))
                .toList();
        return switch (before.size()) {
            case 0 -> relays.status().stream().map(one -> one.settings().name()).toList();
            case 1 -> Arrays.stream(Kind.values()).map(kind -> kind.word).toList();
            case 2 -> Kind.of(before.get(1)).map(this::choices).orElse(List.of());
            default -> List.of();
        };
    }

    private List<String> choices(Kind kind) {
        Stream<String> names = relays.plugIns().stream()
                .filter(one -> one.kind() == kind.plugIn)
                .map(PlugInStatus::name)
                .distinct();
        return (kind == Kind.CODEC ? Stream.concat(names, Stream.of(CodecChoice.NONE)) : names).toList();
    }
}
