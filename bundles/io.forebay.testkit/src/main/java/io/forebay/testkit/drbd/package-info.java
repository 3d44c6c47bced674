/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Stand-in DRBD nodes over real sockets of this machine, for tests of whole Forebays; of the JDK alone, so that it can be
 * used inside a framework, too.
 */
@Export
@Version("1.0.0")
package io.forebay.testkit.drbd;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
