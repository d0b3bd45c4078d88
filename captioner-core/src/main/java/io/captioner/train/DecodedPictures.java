package io.captioner.train;

import io.captioner.ImageInput;
import io.captioner.image.ImageTransform;
import io.captioner.nn.HostTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Pictures decoded for each batch, on all cores but in the batch's order, for an encoder that is trained. */
final class DecodedPictures implements Pictures {
    private final List<Path> images;
    private final ImageTransform transform;

    DecodedPictures(List<Path> images, ImageTransform transform) {
        this.images = images;
        this.transform = transform;
    }

    /** UINT8 (N, 3, H, W). */
    @Override
    public HostTensor read(List<BatchPlan.Item> items) {
        List<byte[]> pixels = IntStream.range(0, items.size())
                .parallel()
                .mapToObj(i -> pixels(items.get(i)))
                .toList();
        return transform.batch(pixels);
    }

    private byte[] pixels(BatchPlan.Item item) {
        byte[] pixels = transform.pixels(ImageInput.of(images.get(item.image())));
        if (item.flipped()) {
            mirror(pixels, transform.width());
        }
        return pixels;
    }

    /** Exchanges left and right in rows of this width. */
    static void mirror(byte[] pixels, int width) {
        for (int row = 0; row < pixels.length; row += width) {
            for (int left = row, right = row + width - 1; left < right; left++, right--) {
                byte kept = pixels[left];
                pixels[left] = pixels[right];
                pixels[right] = kept;
            }
        }
    }
}
