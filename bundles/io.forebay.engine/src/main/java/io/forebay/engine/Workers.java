/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.engine;

import java.util.concurrent.Executor;

/** The threads that compress and decompress; in a simulation, the caller's. */
public interface Workers extends Executor {

    /** How many blocks they work on at once. */
    int count();
}
