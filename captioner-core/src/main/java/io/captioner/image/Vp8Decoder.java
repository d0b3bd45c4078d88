package io.captioner.image;

import com.twelvemonkeys.imageio.plugins.webp.vp8.VP8Frame;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;

/**
 * A lossy WebP picture (VP8, RFC 6386). TwelveMonkeys decodes the planes; its own way to RGB takes the nearest chroma, which leaves
 * steps at coloured edges, so the planes are joined here, as libwebp does it: chroma interpolated between its samples.
 */
final class Vp8Decoder {
    private Vp8Decoder() {}

    /** The picture whose chunk's content begins at {@code at}. */
    static RgbImage decode(Source source, int at, int length, int width, int height) {
        BufferedImage luma;
        BufferedImage blue;
        BufferedImage red;
        try (var stream = new ByteArrayImageInputStream(source.bytes(), at, length)) {
            VP8Frame frame = new VP8Frame(stream, false);
            var unused = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
            if (!frame.decode(unused.getRaster(), null)) {
                throw source.corrupt("its WebP frame is no picture of its own", null);
            }
            luma = frame.getDebugImageYBuffer();
            blue = frame.getDebugImageUBuffer();
            red = frame.getDebugImageVBuffer();
        } catch (java.io.EOFException e) {
            throw source.truncated(e);
        } catch (IOException e) {
            throw source.corrupt(String.valueOf(e.getMessage()), e);
        } catch (IndexOutOfBoundsException
                | NullPointerException
                | IllegalArgumentException
                | IllegalStateException e) {
            throw source.corrupt("its content contradicts itself (" + e + ")", e);
        }
        return join(samples(luma), samples(blue), samples(red), width, height);
    }

    /** A plane as it is handed out: a grey picture of the full size, each chroma sample two by two times. */
    private static int[] samples(BufferedImage plane) {
        return ((DataBufferInt) plane.getRaster().getDataBuffer()).getData();
    }

    private static RgbImage join(int[] luma, int[] blue, int[] red, int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        int at = 0;
        for (int y = 0; y < height; y++) {
            int row = y * width;
            int otherRow = neighbour(y, height) * width;
            for (int x = 0; x < width; x++) {
                int other = neighbour(x, width);
                int cb = between(blue, row + x, row + other, otherRow + x, otherRow + other);
                int cr = between(red, row + x, row + other, otherRow + x, otherRow + other);
                // ITU-R BT.601, luminance 16..235, chroma 16..240
                double light = 255 / 219d * ((luma[row + x] & 0xff) - 16);
                rgb[at++] = clip(light + 1.596027 * (cr - 128));
                rgb[at++] = clip(light - 0.391762 * (cb - 128) - 0.812968 * (cr - 128));
                rgb[at++] = clip(light + 2.017232 * (cb - 128));
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /** A pixel of the chroma sample that is next nearest to pixel {@code i}: the one before an even pixel, after an odd one. */
    private static int neighbour(int i, int size) {
        int next = (i & 1) == 0 ? i - 1 : i + 1;
        return next < 0 || next >= size ? i : next;
    }

    /** Chroma lies in the middle of four pixels: weights 9, 3, 3, 1 of 16. */
    private static int between(int[] plane, int near, int across, int along, int far) {
        return (9 * (plane[near] & 0xff)
                        + 3 * (plane[across] & 0xff)
                        + 3 * (plane[along] & 0xff)
                        + (plane[far] & 0xff)
                        + 8)
                >> 4;
    }

    private static byte clip(double value) {
        return (byte) Math.max(0, Math.min(255, Math.round(value)));
    }
}
