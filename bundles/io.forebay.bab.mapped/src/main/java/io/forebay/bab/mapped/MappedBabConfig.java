/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.bab.mapped;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "Forebay mapped BAB", description = "BAB memory in files")
@interface MappedBabConfig {

    @AttributeDefinition(
            description = "Where the files are; relative to the installation. Several Forebays may share it."
                    + " On a tmpfs the BAB is memory that the JVM's limits do not count.")
    String folder() default "data/bab";
}
