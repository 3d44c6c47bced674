/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelState;
import io.forebay.api.state.Transition;
import io.forebay.api.state.TransitionListener;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to channels, one line of {@code key=value} each, in the log; and to whoever listens. A sentence that repeats
 * itself is logged once until it is another, or the relay works again. Thread-safe.
 *
 * <p>The line is made here and not from SLF4J's key-value pairs, because the logging bundle would put these into the
 * message without quotes, and a reason has blanks.
 */
final class EventLog implements ChannelEvents {

    private static final Pattern BARE = Pattern.compile("[^\\s\\p{Cntrl}\"=]+");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private final Logger log;
    private final BridgeNews news = new BridgeNews();
    private final Map<String, String> sentences = new ConcurrentHashMap<>();
    private final List<TransitionListener> listeners = new CopyOnWriteArrayList<>();

    EventLog() {
        this(LoggerFactory.getLogger("io.forebay.relay"));
    }

    EventLog(Logger log) {
        this.log = log;
    }

    void add(TransitionListener listener) {
        listeners.add(listener);
    }

    void remove(TransitionListener listener) {
        listeners.remove(listener);
    }

    @Override
    public void onTransition(Transition transition) {
        if (transition.to() == ChannelState.ESTABLISHED) {
            sentences.remove(transition.relay());
        }
        BridgeNews.Note note = news.note(transition);
        if (log.isEnabledForLevel(note.level())) {
            log.atLevel(note.level()).log(line(transition, note.failures()));
        }
        for (TransitionListener listener : listeners) {
            try {
                listener.onTransition(transition);
            } catch (RuntimeException e) {
                log.error(
                        "A listener to transitions failed: {}",
                        listener.getClass().getName(),
                        e);
            }
        }
    }

    /** What a transition is in the log. */
    static String line(Transition transition, long failures) {
        StringBuilder line = new StringBuilder(256)
                .append("relay=")
                .append(bareOrQuoted(transition.relay()))
                .append(" channel=")
                .append(transition.channel())
                .append(" role=")
                .append(label(transition.role()))
                .append(" type=")
                .append(label(transition.type()))
                .append(" from=")
                .append(transition.from().label())
                .append(" to=")
                .append(transition.to().label())
                .append(" event=")
                .append(transition.event().getClass().getSimpleName())
                .append(" reason=")
                .append(quoted(transition.reason()));
        if (failures > 0) {
            line.append(" failures=").append(failures);
        }
        return line.toString();
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String bareOrQuoted(String name) {
        return BARE.matcher(name).matches() ? name : quoted(name);
    }

    /** In quotes, and without what could end them or the line: parts of a reason come from the peer. */
    private static String quoted(String text) {
        return '"' + CONTROL.matcher(text.replace('"', '\'')).replaceAll("?") + '"';
    }

    @Override
    public void onSentence(String relay, String sentence) {
        if (sentence.isEmpty()) {
            sentences.remove(relay);
        } else if (sentence.equals(sentences.put(relay, sentence))) {
            log.debug("{}: {}", relay, sentence);
        } else {
            log.warn("{}: {}", relay, sentence);
        }
    }

    @Override
    public void onNews(String relay, String sentence) {
        sentences.remove(relay);
        log.info("{}: {}", relay, sentence);
    }
}
