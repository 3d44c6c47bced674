/* SPDX-License-Identifier: Apache-2.0 */
/** Sessions of the shell for bundles that bring it to a terminal elsewhere. */
@Export
@Version("1.0.0")
package io.forebay.shell.session;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
