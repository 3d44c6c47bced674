/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Ed25519 keys for Apache MINA SSHD, which by itself knows them only with Bouncy Castle or another library of cryptography.
 *
 * <p>This is a fragment because MINA SSHD never forgets who gave it an algorithm: from a bundle of its own the class loader
 * would outlive every update.
 */
@Export
@Version("1.0.0")
package io.forebay.ssh.ed25519;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
