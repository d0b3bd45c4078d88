package io.captioner.train;

import io.captioner.ImageInput;
import io.captioner.image.ImageDecoder;
import io.captioner.image.ImageTransform;
import io.captioner.nn.HostTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Pictures decoded for each batch, on all cores but in the batch's order, for an encoder that is trained. */
final class DecodedPictures implements Pictures {
    private final List<Path> images;
    private final ImageTransform transform;
    private final RandomCrop crop;

    DecodedPictures(List<Path> images, ImageTransform transform) {
        this(images, transform, RandomCrop.NONE);
    }

    /** @param crop the part of a picture that is seen, another in each epoch, stretched to the encoder's size */
    DecodedPictures(List<Path> images, ImageTransform transform, RandomCrop crop) {
        this.images = images;
        this.transform = transform;
        this.crop = crop;
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

    @Override
    public boolean takeLong() {
        return true;
    }

    private byte[] pixels(BatchPlan.Item item) {
        ImageInput image = ImageInput.of(images.get(item.image()));
        byte[] pixels = crop.wanted()
                ? transform.squashed().pixels(crop.of(new ImageDecoder().decode(image), item.seed()))
                : transform.pixels(image);
        return item.flipped() ? transform.mirrored(pixels) : pixels;
    }
}
