/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.forebay.api.state.ChannelEvent;
import io.forebay.api.state.ChannelRole;
import io.forebay.api.state.ChannelState;
import io.forebay.api.state.ChannelType;
import io.forebay.api.state.Transition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;

class EventAdminPublisherTest {

    private final List<Event> posted = new ArrayList<>();
    private final EventAdminPublisher publisher = new EventAdminPublisher(new EventAdmin() {
        @Override
        public void postEvent(Event event) {
            posted.add(event);
        }

        @Override
        public void sendEvent(Event event) {
            throw new AssertionError("sent, which waits for its handlers: " + event);
        }
    });

    @Test
    void shouldPostATransitionWithAllThatIsKnownOfIt() {
        publisher.onTransition(transition(
                ChannelState.ESTABLISHED, ChannelState.RESUMING, new ChannelEvent.BridgeLost("silent for 10.0 s")));

        assertThat(posted).singleElement().satisfies(event -> {
            assertThat(event.getTopic()).isEqualTo("io/forebay/channel/RESUMING");
            assertThat(properties(event))
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            EventConstants.EVENT_TOPIC,
                            "io/forebay/channel/RESUMING",
                            "relay",
                            "r0",
                            "channel",
                            7L,
                            "role",
                            "acceptor",
                            "type",
                            "data",
                            "from",
                            "established",
                            "to",
                            "resuming",
                            "event",
                            "BridgeLost",
                            "reason",
                            "silent for 10.0 s",
                            EventConstants.TIMESTAMP,
                            1_000_123L));
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveATopicForEveryState(ChannelState entered) {
        publisher.onTransition(transition(ChannelState.STOPPING, entered, new ChannelEvent.Stop("")));

        assertThat(posted).extracting(Event::getTopic).containsExactly("io/forebay/channel/" + entered.name());
    }

    private static Transition transition(ChannelState from, ChannelState to, ChannelEvent event) {
        return new Transition(
                "r0", 7, ChannelRole.ACCEPTOR, ChannelType.DATA, from, to, event, Instant.ofEpochMilli(1_000_123));
    }

    private static Map<String, Object> properties(Event event) {
        Map<String, Object> properties = new HashMap<>();
        for (String name : event.getPropertyNames()) {
            properties.put(name, event.getProperty(name));
        }
        return properties;
    }
}
