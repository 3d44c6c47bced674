/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The states of a channel, the events that change them, and the table of legal transitions.
 *
 * <p>Everything here is a value or a pure function: no clock, no thread, no I/O.
 */
@Export
@Version("1.0.0")
package io.forebay.api.state;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
