/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.relay.CodecChoice;
import io.forebay.api.relay.PeerStatus;
import io.forebay.api.relay.RelaySettings;
import java.util.Optional;

/**
 * What one relay's data is compressed with: the codec that its settings ask for, if it is there, takes its options and has not
 * misbehaved; else nothing. Thread-safe; the choice is made on a thread that may block, because the plug-in is asked.
 */
final class RelayCodec {

    private final CodecRegistry codecs;
    private final Distrust distrust;
    private final PlugInJudge judge;
    private final PlugInNews news;
    private volatile CodecSelector.Choice choice = CodecSelector.Choice.RAW;
    private volatile String problem = "";
    private CodecChoice chosen;

    RelayCodec(CodecRegistry codecs, Distrust distrust, PlugInJudge judge, PlugInNews news) {
        this.codecs = codecs;
        this.distrust = distrust;
        this.judge = judge;
        this.news = news;
    }

    /** What new blocks are compressed with, if the peer has it, too. */
    CodecSelector.Choice choice() {
        return choice;
    }

    /** Why it is not what the settings ask for, a sentence; empty if it is. */
    String problem() {
        return problem;
    }

    /**
     * Chooses anew, because the settings have changed, or codecs have come, left or misbehaved.
     *
     * @throws RefusedSettingException if the codec does not take the options; the former choice stays if it can
     */
    synchronized void settle(RelaySettings settings) throws RefusedSettingException {
        CodecChoice wanted = settings.codec();
        String target = settings.targets().codec();
        try {
            Optional<PlugIn<Codec>> best = wanted.isNone() ? Optional.empty() : usable(wanted.name(), target);
            problem = wanted.isNone() || best.isPresent() ? "" : missing(wanted, target);
            if (best.isEmpty()) {
                replace(CodecSelector.Choice.RAW, wanted);
            } else if (!best.get().equals(choice.plugIn()) || !wanted.equals(chosen)) {
                choose(best.get(), wanted);
            }
        } catch (IllegalArgumentException e) {
            if (!choice.isRaw() && !isUsable(choice.plugIn())) {
                replace(CodecSelector.Choice.RAW, null);
            }
            throw new RefusedSettingException(settings, "codec", wanted, e);
        } finally {
            news.onChoice(choice.plugIn(), problem);
        }
    }

    private Optional<PlugIn<Codec>> usable(String name, String target) {
        return codecs.plugIns().matching(name, target).filter(this::isTrusted).findFirst();
    }

    private boolean isTrusted(PlugIn<?> plugIn) {
        return !distrust.has(plugIn);
    }

    private boolean isUsable(PlugIn<Codec> plugIn) {
        return isTrusted(plugIn) && codecs.all().contains(plugIn);
    }

    private String missing(CodecChoice wanted, String target) {
        return "codec %s is not used and records go raw: %s"
                .formatted(
                        wanted,
                        codecs.plugIns()
                                .best(wanted.name(), target)
                                .flatMap(one -> distrust.reason(one).map(what -> one + " " + what))
                                .orElseGet(() -> codecs.plugIns().noneOf(wanted.name(), target)));
    }

    private void choose(PlugIn<Codec> plugIn, CodecChoice wanted) {
        LentCodec lent = codecs.lent(plugIn);
        if (lent == null) {
            return; // it left just now, and its leaving will be told
        }
        lent.enter();
        try {
            CodecProfile profile = lent.codec().profile(wanted.options());
            replace(CodecSelector.Choice.of(lent, profile, codecs.number(plugIn.name())), wanted);
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException | LinkageError | AssertionError e) {
            judge.onMisbehaviour(plugIn, "threw " + e + " when it was given its options");
            problem = missing(wanted, "");
            replace(CodecSelector.Choice.RAW, null);
        } finally {
            lent.exit();
        }
    }

    private void replace(CodecSelector.Choice next, CodecChoice of) {
        CodecSelector.Choice former = choice;
        choice = next;
        chosen = of;
        if (former != next) {
            former.close();
        }
    }

    /** What a channel whose peer has these codecs takes; nothing of one that misbehaved and is being replaced. */
    CodecSelector selector(CodecNames peerCodecs) {
        return () -> {
            CodecSelector.Choice now = choice;
            boolean usable = now.isKnownTo(peerCodecs) && (now.isRaw() || isTrusted(now.plugIn()));
            return usable ? now : CodecSelector.Choice.RAW;
        };
    }

    /**
     * Decompressors for a channel whose peer numbers its codecs like this. One that has misbehaved decompresses what was on
     * its way already, if no other can: without it the session would be lost for certain, and a block is checked anyhow.
     */
    Decoders decoders(CodecNames peerCodecs, RelaySettings settings) {
        String target = settings.targets().codec();
        return codecs.decoders(
                peerCodecs,
                name -> usable(name, name.equals(settings.codec().name()) ? target : "")
                        .or(() -> usable(name, ""))
                        .or(() -> codecs.plugIns().best(name, "")));
    }

    /** The codecs that peers may use, as a hello tells them. */
    java.util.List<String> offer() {
        return codecs.offer(this::isTrusted);
    }

    /** The relay is closed. */
    synchronized void close() {
        news.close();
        replace(CodecSelector.Choice.RAW, null);
    }

    /** Why the codec that is there is not used, a sentence; empty if it is, or no peer is known. */
    String peerProblem(RelaySettings settings, PeerStatus peer) {
        PlugIn<Codec> mine = choice().plugIn();
        return mine == null || peer.host().isEmpty() || peer.codecs().contains(mine.name())
                ? ""
                : "codec %s is not used and records go raw: the peer has %s; install the codec's bundle there, too"
                        .formatted(
                                settings.codec(),
                                peer.codecs().isEmpty() ? "no codec" : "only " + String.join(", ", peer.codecs()));
    }
}
