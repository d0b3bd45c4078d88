package io.captioner.image;

import io.captioner.ImageInput;
import io.captioner.OptionException;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a picture goes through before the encoder: resized to the encoder's size on the processor, normalised inside of the graph. It
 * is part of the model and is saved with it. Immutable and thread-safe.
 *
 * @param mode how a picture that is not of the encoder's shape is made so
 * @param resize length of the short side before the crop, 1 to 8192; 0 when the mode is {@link Mode#SQUASH}
 * @param height of the pixels that the encoder reads, 1 to 8192
 * @param width of the pixels that the encoder reads, 1 to 8192
 * @param filter how pixels between pixels are made
 * @param mean taken from each channel after division by 255
 * @param std what the result is divided by, above 0
 */
public record ImageTransform(Mode mode, int resize, int height, int width, Filter filter, Rgb mean, Rgb std) {
    /** Means of ImageNet's training pictures. */
    public static final Rgb IMAGENET_MEAN = new Rgb(0.485f, 0.456f, 0.406f);

    /** Standard deviations of ImageNet's training pictures. */
    public static final Rgb IMAGENET_STD = new Rgb(0.229f, 0.224f, 0.225f);

    private static final int MAX_SIDE = 8192;

    /** How a picture of any shape becomes one of the encoder's shape. */
    public enum Mode {
        /** Resized to height x width; its aspect ratio is not kept. */
        SQUASH,
        /** The short side resized to {@code resize}, then the centre of height x width; what is missing is black. */
        RESIZE_CROP
    }

    /** A number for each channel. */
    public record Rgb(float red, float green, float blue) {
        boolean isFinite() {
            return Float.isFinite(red) && Float.isFinite(green) && Float.isFinite(blue);
        }
    }

    public ImageTransform {
        requirePresent("mode", mode);
        requirePresent("filter", filter);
        requirePresent("mean", mean);
        requirePresent("std", std);
        requireSide("height", height);
        requireSide("width", width);
        if (mode == Mode.RESIZE_CROP) {
            requireSide("resize", resize);
        } else if (resize != 0) {
            throw new OptionException(
                    "resize of the image transform is " + resize + "; it must be 0 when the mode is SQUASH");
        }
        if (!mean.isFinite()) {
            throw new OptionException("mean of the image transform is " + mean + "; it must be finite");
        }
        if (!std.isFinite() || !(std.red > 0 && std.green > 0 && std.blue > 0)) {
            throw new OptionException("std of the image transform is " + std + "; it must be above 0");
        }
    }

    /** Squashed to a square, bilinear; normalised to [-1, 1] (mean and std 0.5). */
    public static ImageTransform squash(int size) {
        return new ImageTransform(
                Mode.SQUASH, 0, size, size, Filter.BILINEAR, new Rgb(0.5f, 0.5f, 0.5f), new Rgb(0.5f, 0.5f, 0.5f));
    }

    /** The short side resized, then the centre square, bilinear; normalised by ImageNet's mean and std: torchvision's usual. */
    public static ImageTransform resizeAndCrop(int resize, int size) {
        return new ImageTransform(Mode.RESIZE_CROP, resize, size, size, Filter.BILINEAR, IMAGENET_MEAN, IMAGENET_STD);
    }

    /** This with another filter. */
    public ImageTransform withFilter(Filter filter) {
        return new ImageTransform(mode, resize, height, width, filter, mean, std);
    }

    /** This with another normalisation, (x / 255 - mean) / std. */
    public ImageTransform withNormalisation(Rgb mean, Rgb std) {
        return new ImageTransform(mode, resize, height, width, filter, mean, std);
    }

    /** This with pictures squashed, whatever was done with them. */
    public ImageTransform squashed() {
        return new ImageTransform(Mode.SQUASH, 0, height, width, filter, mean, std);
    }

    /**
     * Reads, resizes and crops pictures, one after the other.
     *
     * @param images one at least
     * @return UINT8 (N, 3, height, width), red, green, blue
     * @throws io.captioner.ImageException for the first picture that cannot be read
     */
    public HostTensor apply(List<ImageInput> images) {
        return batch(images.stream().map(this::pixels).toList());
    }

    /**
     * Reads, resizes and crops one picture; several threads can make the parts of a {@link #batch}.
     *
     * @return 3 * height * width bytes, (3, height, width) row-major
     * @throws io.captioner.ImageException when the picture cannot be read
     */
    public byte[] pixels(ImageInput image) {
        EarlyResizing early = new EarlyResizing(this::resizing);
        try {
            RgbImage picture = new ImageDecoder().decode(image, early);
            return padded(early.of(picture));
        } catch (RuntimeException | Error e) {
            early.abandon();
            throw e;
        }
    }

    /** Resizes and crops one picture: (3, height, width) row-major. */
    public byte[] pixels(RgbImage image) {
        return padded(resizing(image));
    }

    private Resizing resizing(RgbImage image) {
        if (mode == Mode.SQUASH) {
            return Resizing.begin(image, width, height, filter, new Resizing.Window(0, 0, width, height));
        }
        // torchvision: short = resize, long = int(resize * long / short)
        boolean wide = image.width() > image.height();
        long shortSide = Math.min(image.width(), image.height());
        long longSide = Math.max(image.width(), image.height());
        int grown = (int) Math.min(Integer.MAX_VALUE / 4, resize * longSide / shortSide);
        int fullWidth = wide ? grown : resize;
        int fullHeight = wide ? resize : grown;
        int left = Math.max(0, cropStart(fullWidth, width));
        int top = Math.max(0, cropStart(fullHeight, height));
        var window = new Resizing.Window(left, top, Math.min(width, fullWidth), Math.min(height, fullHeight));
        return Resizing.begin(image, fullWidth, fullHeight, filter, window);
    }

    /** Where a crop begins: half of what is left over, halves rounded to even. */
    private static int cropStart(int full, int crop) {
        return (int) Math.rint((full - crop) / 2.0);
    }

    /** What is smaller than the encoder's pixels comes in their middle, black around it. */
    private byte[] padded(Resizing resizing) {
        byte[] centre = resizing.finish();
        Resizing.Window window = resizing.window();
        if (window.width() == width && window.height() == height) {
            return centre;
        }
        byte[] planes = new byte[3 * height * width];
        int left = (width - window.width()) / 2;
        int top = (height - window.height()) / 2;
        for (int row = 0; row < 3 * window.height(); row++) {
            int channel = row / window.height();
            int y = row % window.height();
            int to = (channel * height + top + y) * width + left;
            System.arraycopy(centre, row * window.width(), planes, to, window.width());
        }
        return planes;
    }

    /**
     * Left and right exchanged.
     *
     * @param pixels of {@link #pixels}
     */
    public byte[] mirrored(byte[] pixels) {
        byte[] mirrored = new byte[pixels.length];
        for (int row = 0; row < pixels.length; row += width) {
            for (int x = 0; x < width; x++) {
                mirrored[row + x] = pixels[row + width - 1 - x];
            }
        }
        return mirrored;
    }

    /** Reads and resizes a picture of two by two pixels, so that the codecs can be loaded beside other work and not by the first picture. */
    public static void prepare() {
        try (InputStream picture = Objects.requireNonNull(ImageTransform.class.getResourceAsStream("pixel.jpg"))) {
            squash(1).pixels(ImageInput.of(picture.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Joins pictures to what the encoder reads.
     *
     * @param pictures of {@link #pixels}, one at least
     * @return UINT8 (N, 3, height, width)
     */
    public HostTensor batch(List<byte[]> pictures) {
        if (pictures.isEmpty()) {
            throw new OptionException("the batch has 0 pictures; it must have 1 or more");
        }
        HostTensor batch = HostTensor.allocate(DType.UINT8, Shape.of(pictures.size(), 3, height, width));
        var target = batch.bytes();
        for (byte[] picture : pictures) {
            if (picture.length != 3 * height * width) {
                throw new IllegalArgumentException(
                        picture.length + " bytes are no picture of 3 x " + height + " x " + width);
            }
            target.put(picture);
        }
        return batch;
    }

    /**
     * The part of the transform that is computed with the encoder: (x / 255 - mean) / std.
     *
     * @param pixels UINT8 (N, 3, H, W)
     * @return FLOAT32 (N, 3, H, W)
     */
    public Tensor normalise(Tensor pixels) {
        // (x / 255 - mean) / std = x * 1 / (255 std) + (-mean / std)
        Tensor scale = perChannel(pixels, 1 / (255d * std.red), 1 / (255d * std.green), 1 / (255d * std.blue));
        Tensor offset = perChannel(
                pixels, -(double) mean.red / std.red, -(double) mean.green / std.green, -(double) mean.blue / std.blue);
        return pixels.to(DType.FLOAT32).times(scale).plus(offset);
    }

    private static Tensor perChannel(Tensor pixels, double red, double green, double blue) {
        return pixels.algebra()
                .constant(HostTensor.ofFloats(Shape.of(1, 3, 1, 1), (float) red, (float) green, (float) blue));
    }

    private static void requirePresent(String name, @Nullable Object value) {
        if (value == null) {
            throw new OptionException(name + " of the image transform is missing");
        }
    }

    private static void requireSide(String name, int side) {
        if (side < 1 || side > MAX_SIDE) {
            throw new OptionException(
                    name + " of the image transform is " + side + "; it must be between 1 and " + MAX_SIDE);
        }
    }
}
