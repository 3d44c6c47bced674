/* SPDX-License-Identifier: Apache-2.0 */
package com.example.forebay.rle;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Decompressor;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Stores runs of equal 4-byte words once: for devices that are mostly zeros, at next to no cost. The option {@code run} is the
 * shortest run, in words, that is worth it; it is the compressor's business alone and changes nothing about the format
 * ({@link RleFormat}).
 */
@Component(configurationPid = "com.example.forebay.rle")
@Designate(ocd = RleConfig.class)
public final class RleCodec implements Codec {

    private final int runDefault;

    @Activate
    public RleCodec(RleConfig config) {
        this(config.run());
    }

    /** For tests: a configuration is an annotation, which nobody but the framework makes. */
    RleCodec(int runDefault) {
        this.runDefault = checked("run", String.valueOf(runDefault));
    }

    @Override
    public String name() {
        return "rle";
    }

    @Override
    public CodecProfile profile(Map<String, String> options) {
        int run = runDefault;
        for (Map.Entry<String, String> option : options.entrySet()) {
            run = checked(option.getKey(), option.getValue());
        }
        return new RleProfile(run);
    }

    private static int checked(String option, String value) {
        if (option.equals("run") && value.matches("[0-9]{1,5}")) {
            int run = Integer.parseInt(value);
            if (run >= RleFormat.RUN_MIN && run <= RleFormat.WORDS_MAX) {
                return run;
            }
        }
        throw new IllegalArgumentException("The codec rle cannot take \"" + option + " " + value
                + "\": possible is \"run\" with " + RleFormat.RUN_MIN + " to " + RleFormat.WORDS_MAX + ".");
    }

    @Override
    public Decompressor decompressor(boolean history) {
        if (history) {
            throw new IllegalArgumentException("no history: codec=rle, history=true (expected: false)");
        }
        return new RleDecompressor();
    }
}
