/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.events;

import io.forebay.api.state.Transition;
import io.forebay.api.state.TransitionListener;
import java.util.Locale;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;

/**
 * Posts every transition to the Event Admin, under a topic for the state entered. Only ever posts: it is called on the
 * channel's loop, where waiting for a handler would hold up bytes. Event Admin keeps the order of what one thread
 * posts, so a handler sees a channel's transitions in their order.
 *
 * <p>All values are of types that every class loader shares, so a handler needs no package of ours.
 */
@Component
public final class EventAdminPublisher implements TransitionListener {

    private static final String TOPIC_PREFIX = "io/forebay/channel/";

    private final EventAdmin admin;

    @Activate
    public EventAdminPublisher(@Reference EventAdmin admin) {
        this.admin = admin;
    }

    @Override
    public void onTransition(Transition transition) {
        admin.postEvent(new Event(TOPIC_PREFIX + transition.to().name(), properties(transition)));
    }

    private static Map<String, Object> properties(Transition transition) {
        return Map.of(
                "relay",
                transition.relay(),
                "channel",
                transition.channel(),
                "role",
                label(transition.role()),
                "type",
                label(transition.type()),
                "from",
                transition.from().label(),
                "to",
                transition.to().label(),
                "event",
                transition.event().getClass().getSimpleName(),
                "reason",
                transition.reason(),
                EventConstants.TIMESTAMP,
                transition.at().toEpochMilli());
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
