/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.ssh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that may log in, in the format of OpenSSH's {@code authorized_keys}. The file is read at every attempt, so a change
 * counts at once. Any thread.
 */
final class AuthorizedKeys {

    private static final Logger LOG = LoggerFactory.getLogger(AuthorizedKeys.class);

    /** The beginnings of a line that tell that it begins with a key, and not with options. */
    private static final List<String> TYPES = List.of("ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-");

    private final Path file;
    private Set<String> told = Set.of();

    AuthorizedKeys(Path file) {
        this.file = file;
    }

    /**
     * Whose key it is.
     *
     * @return the comment of its line, maybe empty; nothing if it may not log in
     */
    Optional<String> ownerOf(PublicKey key) {
        Set<String> problems = new LinkedHashSet<>();
        Map<String, String> owners = read(problems);
        tell(problems);
        return Optional.ofNullable(owners.get(PublicKeyEntry.toString(key)));
    }

    /** Tells what is wrong with the file, as far as it is; for the log, before anybody wants to log in. */
    void check() {
        Set<String> problems = new LinkedHashSet<>();
        read(problems);
        tell(problems);
    }

    /** Once, and not again until something else is wrong: a stranger's attempts shall not fill the log. */
    private synchronized void tell(Set<String> problems) {
        problems.stream().filter(problem -> !told.contains(problem)).forEach(LOG::warn);
        told = Set.copyOf(problems);
    }

    private Map<String, String> read(Set<String> problems) {
        Map<String, String> owners = new HashMap<>();
        try {
            int number = 0;
            for (String line : new String(GuardedFile.unwritable(file), StandardCharsets.UTF_8).split("\\R")) {
                number++;
                String text = line.strip();
                if (!text.isEmpty() && !text.startsWith("#")) {
                    add(owners, text, "Line %d of %s".formatted(number, file), problems);
                }
            }
        } catch (IOException e) {
            problems.add("Nobody can log in to the remote shell: " + e.getMessage());
        }
        return owners;
    }

    private static void add(Map<String, String> owners, String line, String where, Set<String> problems) {
        if (TYPES.stream().noneMatch(line::startsWith)) {
            // to leave them out would give more than they grant
            problems.add(where + " does not begin with the type of a key, and its key is not accepted: options are not"
                    + " supported, remove them.");
            return;
        }
        String[] words = line.split("\\s+", 3);
        try {
            PublicKey key = PublicKeyEntry.parsePublicKeyEntry(words[0] + " " + (words.length > 1 ? words[1] : ""))
                    .resolvePublicKey(null, null, null);
            if (key == null) {
                throw new GeneralSecurityException("unknown type");
            }
            owners.put(PublicKeyEntry.toString(key), words.length > 2 ? PrintableText.of(words[2]) : "");
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            problems.add("%s holds no key that this Forebay can use (%s, %s): write one of ed25519, ecdsa or rsa."
                    .formatted(where, PrintableText.of(words[0]), e.getMessage()));
        }
    }
}
