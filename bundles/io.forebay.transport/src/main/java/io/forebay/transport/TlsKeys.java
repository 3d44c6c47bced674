/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder with this site's key and its peers' certificates, looked at again and again.
 *
 * <pre>
 *  site.p12          the key in use (alias site) with its certificate, and the key after it (alias next)
 *  peers/NAME.crt    the certificates of a peer: of the key it uses and of the key after that
 * </pre>
 *
 * What cannot be read takes nothing away that could: while a file is being replaced, the former identity stays. Reads on one
 * thread; the identity may be asked for on any.
 */
final class TlsKeys {

    private static final Logger LOG = LoggerFactory.getLogger(TlsKeys.class);

    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private static final String MAKE_ONE = "run forebay keygen NAME, with a name for this site";

    private final TlsEngine engine;
    private final Path folder;
    private final Path keyFile;
    private final Path peersFolder;
    private String seen = "";
    private String told = "";
    private volatile TlsIdentity identity;

    TlsKeys(Path folder, TlsEngine engine) {
        this.engine = engine;
        this.folder = folder;
        this.keyFile = folder.resolve(TlsKeyFile.NAME);
        this.peersFolder = folder.resolve("peers");
        this.identity = new TlsIdentity("the keys in " + folder + " were not read yet: wait a second");
    }

    /** What new connections are made with. */
    TlsIdentity identity() {
        return identity;
    }

    /** Looks whether a file has changed, and reads them all if one has. */
    void look() {
        String now = state();
        if (!now.equals(seen)) {
            read();
            seen = now;
        }
        tell(identity.problem());
    }

    private void tell(String problem) {
        if (!problem.equals(told)) {
            told = problem;
            if (problem.isEmpty()) {
                LOG.info("TLS: the keys in {} are good", folder);
            } else {
                LOG.warn("TLS: {}", problem);
            }
        }
    }

    private void read() {
        try {
            Map<String, List<X509Certificate>> peers = peers();
            TlsIdentity next =
                    new TlsIdentity(engine, TlsKeyFile.read(keyFile), peers, peersFolder.toString(), flaw(peers));
            if (identity.isUsable()) {
                LOG.info("TLS: new connections use the keys that {} has now", folder);
            }
            identity = next;
        } catch (NoSuchFileException missing) {
            refuse("there is no key in %s: %s, or write tls off".formatted(keyFile, MAKE_ONE));
        } catch (AccessDeniedException denied) {
            refuse("%s cannot be read by the user that Forebay runs as: make it that user's"
                    .formatted(denied.getFile()));
        } catch (IOException | IllegalArgumentException broken) {
            refuse("%s %s: %s".formatted(keyFile, broken.getMessage(), MAKE_ONE));
        }
    }

    /** A file that has gone, or is broken, is a mistake or a moment: what was there before still holds. */
    private void refuse(String problem) {
        if (identity.isUsable()) {
            LOG.warn("TLS: {}; until then the former keys are used", problem);
        } else {
            identity = new TlsIdentity(problem);
        }
    }

    private String flaw(Map<String, List<X509Certificate>> peers) throws IOException {
        if (peers.isEmpty()) {
            return "no peer is trusted, because there is no certificate in %s: copy there what forebay keygen made at the peer"
                    .formatted(peersFolder);
        }
        boolean open = keyFile.getFileSystem().supportedFileAttributeViews().contains("posix")
                && Files.getPosixFilePermissions(keyFile).stream().anyMatch(OTHERS::contains);
        return open ? "others may read the key in %s: run chmod 600 on it".formatted(keyFile) : "";
    }

    private Map<String, List<X509Certificate>> peers() throws IOException {
        Map<String, List<X509Certificate>> peers = new TreeMap<>();
        for (Path file : peerFiles()) {
            String name = file.getFileName().toString().replaceFirst("\\.[^.]+$", "");
            try (InputStream in = Files.newInputStream(file)) {
                List<X509Certificate> certificates = new ArrayList<>();
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(in)
                        .forEach(one -> certificates.add((X509Certificate) one));
                peers.put(name, certificates);
            } catch (CertificateException | NoSuchFileException e) {
                LOG.warn("TLS: {} is not a file of certificates and not used: {}", file, e.getMessage());
            }
        }
        return peers;
    }

    private List<Path> peerFiles() throws IOException {
        if (!Files.isDirectory(peersFolder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(peersFolder)) {
            return files.filter(file -> file.toString().matches(".*\\.(crt|pem)"))
                    .sorted()
                    .toList();
        }
    }

    /** Names, times and sizes. */
    private String state() {
        StringBuilder state = new StringBuilder();
        try {
            append(state, keyFile);
            for (Path file : peerFiles()) {
                append(state, file);
            }
        } catch (IOException e) {
            state.append(e);
        }
        return state.toString();
    }

    private static void append(StringBuilder state, Path file) {
        state.append(file.getFileName());
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            state.append(attributes.lastModifiedTime().toInstant())
                    .append(attributes.size())
                    .append(attributes.fileKey());
        } catch (IOException e) {
            state.append("missing");
        }
        state.append('\n');
    }
}
