/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.state;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A service that is told of every transition of every channel. The engine calls all that are registered.
 */
@ConsumerType
public interface TransitionListener {

    /**
     * A channel changed. Called on the channel's loop, in the order of its transitions; must return at once and not throw.
     */
    void onTransition(Transition transition);
}
