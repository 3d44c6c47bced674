/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import io.forebay.api.state.ChannelEvent;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to channels, in the log: each fault once, until it is another or over. Thread-safe. */
final class EventLog implements ChannelEvents {

    private static final Logger LOG = LoggerFactory.getLogger("io.forebay.relay");

    private final Map<String, String> bridgeFaults = new ConcurrentHashMap<>();

    @Override
    public void onTransition(Channel channel, ChannelState from, ChannelState to, ChannelEvent event) {
        if (event instanceof ChannelEvent.BridgeFailed) {
            if (!event.reason().equals(bridgeFaults.put(channel.relayName(), event.reason()))) {
                LOG.warn("{}: no bridge to the peer: {}; dialling on", channel.relayName(), event.reason());
            }
            return;
        }
        if (event instanceof ChannelEvent.BridgeUp && bridgeFaults.remove(channel.relayName()) != null) {
            LOG.info("{}: the bridge to the peer stands again", channel.relayName());
        }
        String format = "{}: channel {} {} {}: {} -> {} ({})";
        Object[] words = {
            channel.relayName(),
            channel.id(),
            channel.role().name().toLowerCase(java.util.Locale.ROOT),
            channel.type().name().toLowerCase(java.util.Locale.ROOT),
            from.label(),
            to.label(),
            event.reason()
        };
        if (channel.type() == ChannelType.UNDEFINED) {
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
