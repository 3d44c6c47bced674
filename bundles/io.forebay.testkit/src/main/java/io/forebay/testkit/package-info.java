/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Contract tests and sample data for plug-in bundles; never shipped.
 *
 * <p>A plug-in's test class extends the contract of the interface it implements and supplies what is under test. All
 * random data comes from a seed that is printed, and that the system property {@code forebay.seed} sets again.
 */
@Export
@Version("1.0.0")
package io.forebay.testkit;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
