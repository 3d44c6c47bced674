/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.api.transport;

import org.osgi.annotation.versioning.ConsumerType;

/** A dial on its way. */
@ConsumerType
public interface Dial {

    /** Gives the dial up: no handler method is called afterwards. No effect once the connection is open. On the loop. */
    void cancel();
}
