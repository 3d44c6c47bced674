/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.mapped;

import io.forebay.api.bab.BabAllocator;
import io.forebay.api.bab.BabException;
import io.forebay.api.bab.BabMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.Designate;

/**
 * BAB memory in mapped files: as large as the disk, and resident only as far as the kernel likes.
 *
 * <p>The files are written full of zeros before they are used, because a mapped page that finds no room on the disk
 * kills the JVM. (Where blocks are moved when overwritten, as on btrfs and ZFS, leave the file system some room too.)
 * They hold what DRBD sends, so only their owner may read them, and they are removed when closed. What a crash leaves
 * behind is removed when the next allocator starts on the same folder.
 */
@Component(service = BabAllocator.class, property = "name=mapped", configurationPid = "io.forebay.bab.mapped")
@Designate(ocd = MappedBabConfig.class)
public final class MappedBabAllocator implements BabAllocator {

    private final BabFolder folder;

    @Activate
    public MappedBabAllocator(MappedBabConfig config) {
        this(Path.of(System.getProperty("forebay.home", "")).resolve(config.folder()));
    }

    MappedBabAllocator(Path folder) {
        this.folder = new BabFolder(folder.toAbsolutePath().normalize());
        this.folder.removeLeftovers();
    }

    @Override
    public String name() {
        return "mapped";
    }

    @Override
    public BabMemory open(String owner, long limitBytes, int segmentBytes) throws BabException {
        long bytes = limitBytes / segmentBytes * segmentBytes;
        try {
            List<MappedFile> files = folder.create(owner, bytes);
            return new MappedBabMemory(folder, files, owner, bytes, segmentBytes);
        } catch (IOException failure) {
            throw new BabException(folder.sentence(owner, bytes, failure), failure);
        }
    }
}
