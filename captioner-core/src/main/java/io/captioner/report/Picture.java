package io.captioner.report;

import io.captioner.ImageException;
import io.captioner.ImageInput;
import io.captioner.image.Filter;
import io.captioner.image.ImageDecoder;
import io.captioner.image.ImageTransform;
import io.captioner.image.ImageTransform.Mode;
import io.captioner.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * A photo made small, within the page.
 *
 * @param width in pixels
 * @param height in pixels
 * @param data address of the JPEG, {@code data:image/jpeg;base64,...}
 */
record Picture(int width, int height, String data) {
    private static final float QUALITY = 0.8f;

    /** The photo with its long side at most {@code side}; empty where it cannot be read. */
    static Optional<Picture> read(ImageInput image, int side) {
        try {
            return Optional.of(of(new ImageDecoder().decode(image), side));
        } catch (ImageException e) {
            return Optional.empty(); // the page shows its name; whoever captions or trains reports the failure
        }
    }

    static Picture of(RgbImage photo, int side) {
        double scale = Math.min(1, (double) side / Math.max(photo.width(), photo.height()));
        int width = Math.max(1, (int) Math.round(photo.width() * scale));
        int height = Math.max(1, (int) Math.round(photo.height() * scale));
        var any = new ImageTransform.Rgb(0.5f, 0.5f, 0.5f);
        byte[] planes =
                new ImageTransform(Mode.SQUASH, 0, height, width, Filter.BICUBIC, any, any).pixels(photo); // (3, H, W)
        BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int plane = width * height;
        for (int i = 0; i < plane; i++) {
            int rgb = (planes[i] & 0xff) << 16 | (planes[i + plane] & 0xff) << 8 | planes[i + 2 * plane] & 0xff;
            small.setRGB(i % width, i / width, rgb);
        }
        return new Picture(width, height, "data:image/jpeg;base64," + base64(jpeg(small)));
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] jpeg(BufferedImage picture) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam quality = writer.getDefaultWriteParam();
            quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            quality.setCompressionQuality(QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, null), quality);
        } catch (IOException e) {
            throw new UncheckedIOException("a picture in memory is written to memory", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
