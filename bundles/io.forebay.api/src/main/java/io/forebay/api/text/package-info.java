/* SPDX-License-Identifier: Apache-2.0 */
/** Texts for people, so that every listing of every bundle reads alike. Any thread. */
@Export
@Version("1.1.0")
package io.forebay.api.text;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
