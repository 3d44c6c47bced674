/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.pooled;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "Pooled BAB", description = "The allocator pooled of com.example.forebay")
@interface PooledConfig {

    @AttributeDefinition(
            min = "1",
            max = "1024",
            description = "The size of a slab in MiB; a relay's memory is rounded up to whole slabs.")
    int slab_mebibytes() default 4;

    @AttributeDefinition(
            min = "0",
            description =
                    "How many slabs that no relay uses are kept for the next one; the others go back to the system.")
    int spare_slabs() default 16;
}
