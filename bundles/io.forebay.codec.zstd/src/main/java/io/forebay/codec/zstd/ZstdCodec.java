/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.codec.zstd;

import io.forebay.api.codec.Codec;
import io.forebay.api.codec.CodecProfile;
import io.forebay.api.codec.Decompressor;
import io.forebay.codec.zstd.ZstdProfile.Window;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Zstandard (RFC 8878), without magic number, content size and checksum: a record has lengths and a CRC already.
 *
 * <p>{@code level} is 1 to 22 (default 3), or -1 to -7, the fast ones; two with {@code ..} between them are bounds, within
 * which the relay chooses; {@code auto} is 1..9. With {@code long} there is a history: one frame
 * that never ends, flushed at the end of each block, whose window is 2 to the power of the value (20 to 27; alone 24).
 * Both ends then hold the window: up to 128 MiB per stream in the decompressor, which is its bound, and more in the
 * compressor, whose tables come on top. Without, a decompressor holds less than 256 KiB; small blocks may have a history
 * all the same, of a window of 256 KiB.
 */
@Component(service = Codec.class, property = "name=zstd")
public final class ZstdCodec implements Codec {

    static final String NAME = "zstd";
    static final int WINDOW_LOG_MAX = 27;

    private static final int LEVEL_DEFAULT = 3;
    private static final String LEVEL_AUTO = "auto";
    private static final String BOUNDS_AUTO = "1..9";
    private static final Pattern BOUNDS = Pattern.compile("(-?[0-9]{1,2})\\.\\.(-?[0-9]{1,2})");
    private static final int WINDOW_LOG_MIN = 20;
    private static final int WINDOW_LOG_DEFAULT = 24;

    private final ScratchPool scratches = new ScratchPool();

    @Activate
    public ZstdCodec() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CodecProfile profile(Map<String, String> options) {
        int least = LEVEL_DEFAULT;
        int most = LEVEL_DEFAULT;
        Window window = Window.NONE;
        for (Map.Entry<String, String> option : options.entrySet()) {
            String value = option.getValue();
            switch (option.getKey()) {
                case "level" -> {
                    Matcher bounds = BOUNDS.matcher(value.equals(LEVEL_AUTO) ? BOUNDS_AUTO : value);
                    boolean several = bounds.matches();
                    least = several ? Integer.parseInt(bounds.group(1)) : number(option);
                    most = several ? Integer.parseInt(bounds.group(2)) : least;
                    if (!isLevel(least) || !isLevel(most) || least > most) {
                        throw refusal(option);
                    }
                }
                case "long" -> {
                    int windowLog = value.isEmpty() ? WINDOW_LOG_DEFAULT : number(option);
                    if (windowLog < WINDOW_LOG_MIN || windowLog > WINDOW_LOG_MAX) {
                        throw refusal(option);
                    }
                    window = new Window(windowLog, true);
                }
                default -> throw refusal(option);
            }
        }
        return least == most
                ? new ZstdProfile(least, window, scratches)
                : ZstdLevels.between(least, most, window, scratches);
    }

    @Override
    public Decompressor decompressor(boolean history) {
        return history ? new ZstdStreamDecompressor(scratches) : new ZstdBlockDecompressor();
    }

    private static boolean isLevel(int level) {
        return level >= ZstdLevels.LEAST && level <= ZstdLevels.MOST && level != 0;
    }

    private static int number(Map.Entry<String, String> option) {
        try {
            return Integer.parseInt(option.getValue());
        } catch (NumberFormatException notANumber) {
            throw refusal(option);
        }
    }

    private static IllegalArgumentException refusal(Map.Entry<String, String> option) {
        return new IllegalArgumentException("The codec zstd cannot take \"" + option.getKey() + " " + option.getValue()
                + "\": possible are \"level\" with 1 to 22 or -7 to -1, with two of these as in 1..9, or with auto, and \"long\""
                + " alone or with 20 to 27.");
    }
}
