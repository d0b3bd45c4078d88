package io.captioner.image;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Begins to resize a picture while it is being decoded, where its decoder tells of its rows. */
final class EarlyResampler implements Rows {
    private final Function<RgbImage, Resampler> resamplers;
    private @Nullable RgbImage picture;
    private @Nullable Resampler begun;

    /** @param resamplers for a picture of which only the size is known */
    EarlyResampler(Function<RgbImage, Resampler> resamplers) {
        this.resamplers = resamplers;
    }

    @Override
    public void begin(RgbImage picture) {
        this.picture = picture;
        begun = shared(picture);
    }

    private Resampler shared(RgbImage picture) {
        Resampler resampler = resamplers.apply(picture);
        resampler.share();
        return resampler;
    }

    @Override
    public void ready(int count) {
        if (begun != null) {
            begun.ready(count);
        }
    }

    /** For what was decoded: what has begun to resize it, or a new one. */
    Resampler of(RgbImage decoded) {
        if (begun != null && decoded == picture) {
            return begun;
        }
        abandon();
        return shared(decoded);
    }

    /** Nobody wants the picture any more. */
    void abandon() {
        if (begun != null) {
            begun.abandon();
        }
    }
}
