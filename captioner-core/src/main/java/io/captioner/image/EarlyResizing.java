package io.captioner.image;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Begins to resize a picture while it is being decoded, where its decoder tells of its rows. */
final class EarlyResizing implements Rows {
    private final Function<RgbImage, Resizing> resizings;
    private @Nullable Resizing begun;

    /** @param resizings for a picture of which only the size is known */
    EarlyResizing(Function<RgbImage, Resizing> resizings) {
        this.resizings = resizings;
    }

    @Override
    public void begin(RgbImage picture) {
        begun = resizings.apply(picture);
    }

    @Override
    public void ready(int count) {
        if (begun != null) {
            begun.ready(count);
        }
    }

    /** For what was decoded: what has begun to resize it, or a new one. */
    Resizing of(RgbImage decoded) {
        if (begun != null && begun.isOf(decoded)) {
            return begun;
        }
        abandon();
        return resizings.apply(decoded);
    }

    /** Nobody wants the picture any more. */
    void abandon() {
        if (begun != null) {
            begun.abandon();
        }
    }
}
