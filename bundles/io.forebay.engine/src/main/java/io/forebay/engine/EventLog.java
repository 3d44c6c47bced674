/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelEvent;
import io.forebay.api.state.ChannelType;
import io.forebay.api.state.Transition;
import io.forebay.api.state.TransitionListener;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to channels, in the log, each fault once until it is another or over; and to whoever listens. Thread-safe. */
final class EventLog implements ChannelEvents {

    private static final Logger LOG = LoggerFactory.getLogger("io.forebay.relay");

    private final Map<String, String> bridgeFaults = new ConcurrentHashMap<>();
    private final List<TransitionListener> listeners = new CopyOnWriteArrayList<>();

    void add(TransitionListener listener) {
        listeners.add(listener);
    }

    void remove(TransitionListener listener) {
        listeners.remove(listener);
    }

    @Override
    public void onTransition(Transition transition) {
        log(transition);
        for (TransitionListener listener : listeners) {
            try {
                listener.onTransition(transition);
            } catch (RuntimeException e) {
                LOG.error(
                        "A listener to transitions failed: {}",
                        listener.getClass().getName(),
                        e);
            }
        }
    }

    private void log(Transition transition) {
        if (transition.event() instanceof ChannelEvent.BridgeFailed) {
            if (!transition.reason().equals(bridgeFaults.put(transition.relay(), transition.reason()))) {
                LOG.warn("{}: no bridge to the peer: {}; dialling on", transition.relay(), transition.reason());
            }
            return;
        }
        if (transition.event() instanceof ChannelEvent.BridgeUp && bridgeFaults.remove(transition.relay()) != null) {
            LOG.info("{}: the bridge to the peer stands again", transition.relay());
        }
        String format = "{}: channel {} {} {}: {} -> {} ({})";
        Object[] words = {
            transition.relay(),
            transition.channel(),
            transition.role().name().toLowerCase(Locale.ROOT),
            transition.type().name().toLowerCase(Locale.ROOT),
            transition.from().label(),
            transition.to().label(),
            transition.reason()
        };
        if (transition.type() == ChannelType.UNDEFINED) {
            LOG.debug(format, words);
        } else {
            LOG.info(format, words);
        }
    }

    @Override
    public void onSentence(String relay, String sentence) {
        if (!sentence.isEmpty()) {
            LOG.warn("{}: {}", relay, sentence);
        }
    }
}
