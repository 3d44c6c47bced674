/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.transport.Loop;

/**
 * What the log has of one relay's plug-ins of one kind: which is used, and why it is not the one that is wanted. The latter only
 * once it has lasted for a while, because at a start, and while a bundle is updated, plug-ins come a moment later; the relay's
 * status has it at once. Thread-safe; nothing here blocks.
 */
final class PlugInNews {

    /** Longer than a hot-deploy folder takes to be read, and than a bundle that is updated is away. */
    static final long SETTLED_NS = 5_000_000_000L;

    private final String relay;
    private final String kind;
    private final Loop timers;
    private final ChannelEvents events;

    /** The one that was used last, by its words: what has left must not be held. */
    private String last = "";

    private String problem = "";

    /** Whether the one that is wanted was missed since it was last said to be used. */
    private boolean missed;

    /** Whether the problem that there is has been told. */
    private boolean told;

    private long problems;

    /** With {@code kind}, what they are called in messages: {@code codec}. */
    PlugInNews(String relay, String kind, Loop timers, ChannelEvents events) {
        this.relay = relay;
        this.kind = kind;
        this.timers = timers;
        this.events = events;
    }

    /**
     * The relay has chosen, whether or not that is another choice.
     *
     * @param used {@code null} if none is
     * @param why it is not the one that is wanted, a sentence; empty if it is
     */
    synchronized void onChoice(PlugIn<?> used, String why) {
        onProblem(why);
        if (used == null || !why.isEmpty()) {
            missed = true;
        }
        if (used == null) {
            return;
        }
        String now = used.toString();
        boolean again = missed && why.isEmpty();
        if (again || !now.equals(last)) {
            events.onNews(
                    relay,
                    "%s %s is used%s".formatted(kind, now, again && !last.isEmpty() ? " as configured again" : ""));
        }
        last = now;
        missed &= !why.isEmpty();
    }

    private void onProblem(String why) {
        boolean first = problem.isEmpty() && !why.isEmpty();
        boolean changed = !why.equals(problem);
        problem = why;
        if (why.isEmpty()) {
            told = false;
        } else if (first) {
            long number = ++problems;
            timers.schedule(() -> onSettled(number), SETTLED_NS);
        } else if (told && changed) {
            events.onSentence(relay, why);
        }
    }

    private synchronized void onSettled(long number) {
        if (number == problems && !problem.isEmpty()) {
            told = true;
            events.onSentence(relay, problem);
        }
    }

    /** Nobody is interested any more. */
    synchronized void close() {
        problems++;
    }
}
