/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.tools.sim;

/** One end of a load test, from its begin to its end. */
interface SimRun {
    /** Runs it to its end, or until it is stopped. Fails with a sentence; what was reached then is in the report. */
    void run() throws Exception;

    /** A line about how it goes. */
    String progress();

    /** What was reached until now. */
    SimReport report();

    /** Ends it soon, from another thread. */
    void stop();
}
