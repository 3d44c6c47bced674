/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.systemd;

import io.forebay.api.relay.Relays;
import io.forebay.api.transport.Transport;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Forebay as a service of systemd with {@code Type=notify}; idle where nobody asked to be notified.
 *
 * <p>Its bundle starts last, so that what it calls ready is ready.
 */
@Component(
        service = {},
        immediate = true)
public final class SystemdService {

    private final ServiceWatch watch;

    @Activate
    public SystemdService(@Reference Relays relays, @Reference Transport transport) {
        watch = SupervisorRequest.of(System.getenv(), ProcessHandle.current().pid())
                .map(request -> ServiceWatch.start(request, relays, transport))
                .orElse(null);
    }

    /**
     * Says farewell only when Forebay itself ends: systemd kills who said so and then stays, which is what would happen
     * when the transport is exchanged, or this bundle.
     */
    @Deactivate
    void stop(BundleContext context) {
        if (watch != null) {
            watch.close(context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.STOPPING);
        }
    }
}
