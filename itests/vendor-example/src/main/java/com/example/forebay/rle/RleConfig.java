/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.rle;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(name = "Run-length codec", description = "The codec rle of com.example.forebay")
@interface RleConfig {

    @AttributeDefinition(
            min = "2",
            max = "32768",
            description =
                    "The shortest run, in words of 4 bytes, that is stored as a run; for relays whose codec says no"
                            + " run of its own.")
    int run() default 4;
}
