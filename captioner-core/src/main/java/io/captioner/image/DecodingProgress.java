package io.captioner.image;

import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;

/** Tells of the rows that a reader of ImageIO has written, of which it says a percentage. */
final class DecodingProgress implements IIOReadProgressListener {
    private final Rows rows;
    private final int height;

    DecodingProgress(Rows rows, int height) {
        this.rows = rows;
        this.height = height;
    }

    @Override
    public void imageProgress(ImageReader source, float percentageDone) {
        rows.ready((int) (percentageDone * height / 100));
    }

    @Override
    public void sequenceStarted(ImageReader source, int minIndex) {}

    @Override
    public void sequenceComplete(ImageReader source) {}

    @Override
    public void imageStarted(ImageReader source, int imageIndex) {}

    @Override
    public void imageComplete(ImageReader source) {}

    @Override
    public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

    @Override
    public void thumbnailProgress(ImageReader source, float percentageDone) {}

    @Override
    public void thumbnailComplete(ImageReader source) {}

    @Override
    public void readAborted(ImageReader source) {}
}
