/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

import io.forebay.api.state.ChannelEvent;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.state.StateTable;
import io.forebay.api.state.Transition;
import io.forebay.engine.ChannelEvents;
import io.forebay.state.TransitionTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Listens to one Forebay: every transition must be legal and have a reason, and nobody may have violated the protocol. */
final class TransitionAudit implements ChannelEvents {

    static final String STATES = "every transition is in the table and has a reason";
    static final String PROTOCOL = "no Forebay violates the protocol";

    private static final List<String> DAMAGE = List.of("violated the protocol", "at fault");

    /** How the engine calls an end at which nothing was lost. */
    private static final String ORDERLY = "both ends closed";

    /** How it speaks of bytes that it could not deliver. */
    private static final String LOST = "may not have reached the far DRBD";

    private final int site;
    private final boolean mayBeDamaged;
    private final Oracle oracle;
    private final Chronicle chronicle;
    private final StateTable table = new TransitionTable();
    private final Map<Long, ChannelState> states = new HashMap<>();
    private final Map<Long, ChannelEvent> bridgeNews = new HashMap<>();
    private Transition endOfData;

    TransitionAudit(int site, boolean mayBeDamaged, Oracle oracle, Chronicle chronicle) {
        this.site = site;
        this.mayBeDamaged = mayBeDamaged;
        this.oracle = oracle;
        this.chronicle = chronicle;
    }

    @Override
    public void onTransition(Transition transition) {
        chronicle.add(who(), () -> words(transition));
        ChannelEvent event = transition.event();
        ChannelState before = states.put(transition.channel(), transition.to());
        Optional<ChannelState> legal = table.next(transition.role(), transition.type(), transition.from(), event);
        if (event.reason() == null
                || before != null && before != transition.from()
                || legal.filter(to -> to == transition.to()).isEmpty()) {
            throw oracle.fail(
                    STATES, "%s, last state %s, the table says %s".formatted(words(transition), before, legal));
        }
        if (isLoss(transition)) {
            oracle.onLoss(site, transition.role() == ChannelRole.ACCEPTOR, transition.type());
        }
        if (event instanceof ChannelEvent.BridgeLost || event instanceof ChannelEvent.Resumed) {
            bridgeNews.put(transition.channel(), event);
        }
        if (transition.type() == ChannelType.DATA && transition.event() instanceof ChannelEvent.Stop) {
            endOfData = transition;
        }
        checkWords(event.reason());
    }

    /** How the last data channel ended; {@code null} if none has since {@link #forgetEnd}. */
    Transition endOfData() {
        return endOfData;
    }

    /** Whether the last data channel drained over a bridge that had been rebuilt. */
    boolean hasDataResumed() {
        return endOfData != null
                && endOfData.from() == ChannelState.CLOSE_PENDING
                && bridgeNews.get(endOfData.channel()) instanceof ChannelEvent.Resumed;
    }

    void forgetEnd() {
        endOfData = null;
    }

    /** Whether it says that bytes may be lost. */
    static boolean speaksOfLoss(Transition transition) {
        return transition.reason().contains(LOST);
    }

    /** Whether it says that the channel ends without having delivered everything, or before its DRBD closed it. */
    private static boolean isLoss(Transition transition) {
        boolean ends = transition.to() == ChannelState.STOPPING || transition.to() == ChannelState.CLOSE_PENDING;
        boolean unforced =
                transition.event() instanceof ChannelEvent.Closing && transition.from() != ChannelState.RESUMING;
        return ends
                && !unforced
                && !(transition.event() instanceof ChannelEvent.Drained)
                && !transition.reason().equals(ORDERLY);
    }

    @Override
    public void onSentence(String relay, String sentence) {
        chronicle.add(who(), () -> sentence);
        checkWords(sentence);
    }

    @Override
    public void onNews(String relay, String sentence) {
        chronicle.add(who(), () -> sentence);
    }

    private void checkWords(String words) {
        if (DAMAGE.stream().anyMatch(words::contains) && !mayBeDamaged) {
            throw oracle.fail(PROTOCOL, words);
        }
    }

    private String who() {
        return "Forebay " + StreamEnd.name(site);
    }

    private static String words(Transition transition) {
        return "channel %d (%s %s): %s -> %s, %s: %s"
                .formatted(
                        transition.channel(),
                        transition.role().name().toLowerCase(java.util.Locale.ROOT),
                        transition.type().name().toLowerCase(java.util.Locale.ROOT),
                        transition.from().label(),
                        transition.to().label(),
                        transition.event().getClass().getSimpleName(),
                        transition.reason());
    }
}
