/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.simulation;

/** A promise of the relay was broken. The message names the promise first. */
final class BrokenPromise extends RuntimeException {

    BrokenPromise(String promise, String what) {
        super(promise + ": " + what);
    }
}
