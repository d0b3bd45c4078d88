package io.captioner.report;

import io.captioner.image.ImageTransform;
import io.captioner.image.ImageTransform.Mode;

/**
 * Which part of a picture the encoder sees, in pixels of that picture. It reaches beyond the picture where a crop is wider than what there is.
 */
record Region(double left, double top, double width, double height) {
    static Region of(ImageTransform transform, double width, double height) {
        if (transform.mode() == Mode.SQUASH) {
            return new Region(0, 0, width, height);
        }
        // the short side becomes `resize` pixels, and the middle of them is seen
        double scale = Math.min(width, height) / transform.resize();
        double seenWidth = transform.width() * scale;
        double seenHeight = transform.height() * scale;
        return new Region((width - seenWidth) / 2, (height - seenHeight) / 2, seenWidth, seenHeight);
    }
}
