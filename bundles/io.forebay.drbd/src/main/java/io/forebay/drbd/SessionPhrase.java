/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.drbd;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Puts a session into one short phrase for lists. */
final class SessionPhrase {
    private SessionPhrase() {}

    static String of(SessionSnapshot session, OpaqueReason opaque) {
        StringBuilder phrase = new StringBuilder(capitalised(session.phase().label()));
        if (session.phase() == SessionPhase.OPAQUE) {
            return phrase.append(" (").append(opaque.label()).append(')').toString();
        }
        if (session.protocol() > 0) {
            phrase.append(" (")
                    .append(session.dialect().label())
                    .append(", protocol ")
                    .append(session.protocol());
            if (!"?".equals(session.replication())) {
                phrase.append(", ").append(session.replication());
            }
            phrase.append(')');
        }
        if (!session.volumes().isEmpty()) {
            VolumeSnapshot first = session.volumes().get(0);
            phrase.append(' ')
                    .append(first.local().role())
                    .append('/')
                    .append(first.far().role());
            phrase.append(' ').append(disks(session.volumes()));
        }
        if (session.sync() != SyncDirection.NONE) {
            phrase.append(", ").append(session.sync().label());
            if (session.syncTotalBytes() > 0) {
                long percent = Math.min(100, session.syncDoneBytes() * 100 / session.syncTotalBytes());
                phrase.append(' ').append(percent).append(" %");
            }
        }
        return phrase.toString();
    }

    /** The disks of all volumes; said once if they are all the same. */
    private static String disks(List<VolumeSnapshot> volumes) {
        List<String> each = volumes.stream()
                .map(volume -> volume.local().disk() + "/" + volume.far().disk())
                .toList();
        if (each.stream().distinct().count() == 1) {
            return each.get(0);
        }
        return volumes.stream()
                .map(volume -> volume.volume() + ":" + volume.local().disk() + "/"
                        + volume.far().disk())
                .collect(Collectors.joining(" "));
    }

    private static String capitalised(String label) {
        return label.substring(0, 1).toUpperCase(Locale.ROOT) + label.substring(1);
    }
}
