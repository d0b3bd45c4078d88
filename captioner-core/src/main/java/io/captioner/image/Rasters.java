package io.captioner.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;
import java.awt.image.DirectColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.SinglePixelPackedSampleModel;

/**
 * Any {@link BufferedImage} to RGB, by its stored samples: no colour management (Java's own would brighten grey pictures), no blending.
 */
final class Rasters {
    private Rasters() {}

    static RgbImage toRgb(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
        Raster raster = picture.getRaster();
        ColorModel colours = picture.getColorModel();
        boolean plain = !(colours.hasAlpha() && colours.isAlphaPremultiplied());
        if (plain && isInterleavedRgbBytes(raster, colours)) {
            fromBytes(raster, rgb);
        } else if (plain && isPackedRgb(raster, colours)) {
            fromPackedInts(raster, (DirectColorModel) colours, rgb);
        } else if (colours instanceof IndexColorModel palette) {
            fromPalette(raster, palette, rgb);
        } else if (plain && isIntegralComponents(colours)) {
            fromComponents(raster, (ComponentColorModel) colours, rgb);
        } else {
            fromColourModel(picture, rgb);
        }
        return new RgbImage(width, height, rgb);
    }

    private static boolean isInterleavedRgbBytes(Raster raster, ColorModel colours) {
        return colours instanceof ComponentColorModel
                && raster.getSampleModel() instanceof ComponentSampleModel
                && raster.getDataBuffer() instanceof DataBufferByte
                && raster.getNumBands() >= 3
                && colours.getComponentSize(0) == 8
                && colours.getColorSpace().getType() == ColorSpace.TYPE_RGB;
    }

    private static void fromBytes(Raster raster, byte[] rgb) {
        var model = (ComponentSampleModel) raster.getSampleModel();
        var buffer = (DataBufferByte) raster.getDataBuffer();
        int x0 = raster.getMinX() - raster.getSampleModelTranslateX();
        int y0 = raster.getMinY() - raster.getSampleModelTranslateY();
        int step = model.getPixelStride();
        int width = raster.getWidth();
        for (int band = 0; band < 3; band++) {
            int bank = model.getBankIndices()[band];
            byte[] data = buffer.getData(bank);
            int origin = buffer.getOffsets()[bank] + model.getBandOffsets()[band] + x0 * step;
            for (int y = 0; y < raster.getHeight(); y++) {
                int from = origin + (y0 + y) * model.getScanlineStride();
                int to = 3 * y * width + band;
                for (int x = 0; x < width; x++, from += step, to += 3) {
                    rgb[to] = data[from];
                }
            }
        }
    }

    private static boolean isPackedRgb(Raster raster, ColorModel colours) {
        return colours instanceof DirectColorModel direct
                && raster.getSampleModel() instanceof SinglePixelPackedSampleModel
                && raster.getDataBuffer() instanceof DataBufferInt
                && colours.getColorSpace().getType() == ColorSpace.TYPE_RGB
                && isByte(direct.getRedMask())
                && isByte(direct.getGreenMask())
                && isByte(direct.getBlueMask());
    }

    private static boolean isByte(int mask) {
        return mask != 0 && mask >>> Integer.numberOfTrailingZeros(mask) == 0xff;
    }

    private static void fromPackedInts(Raster raster, DirectColorModel colours, byte[] rgb) {
        int red = Integer.numberOfTrailingZeros(colours.getRedMask());
        int green = Integer.numberOfTrailingZeros(colours.getGreenMask());
        int blue = Integer.numberOfTrailingZeros(colours.getBlueMask());
        var model = (SinglePixelPackedSampleModel) raster.getSampleModel();
        var buffer = (DataBufferInt) raster.getDataBuffer();
        int[] data = buffer.getData();
        int x0 = raster.getMinX() - raster.getSampleModelTranslateX();
        int y0 = raster.getMinY() - raster.getSampleModelTranslateY();
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            int from = buffer.getOffset() + (y0 + y) * model.getScanlineStride() + x0;
            for (int x = 0; x < raster.getWidth(); x++) {
                int pixel = data[from + x];
                rgb[to++] = (byte) (pixel >>> red);
                rgb[to++] = (byte) (pixel >>> green);
                rgb[to++] = (byte) (pixel >>> blue);
            }
        }
    }

    private static void fromPalette(Raster raster, IndexColorModel palette, byte[] rgb) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int[] row = new int[raster.getWidth()];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(raster.getMinX(), raster.getMinY() + y, row.length, 1, 0, row);
            for (int index : row) {
                int pixel = index < colours.length ? colours[index] : 0;
                rgb[to++] = (byte) (pixel >>> 16);
                rgb[to++] = (byte) (pixel >>> 8);
                rgb[to++] = (byte) pixel;
            }
        }
    }

    private static boolean isIntegralComponents(ColorModel colours) {
        int space = colours.getColorSpace().getType();
        int type = colours.getTransferType();
        return colours instanceof ComponentColorModel
                && (space == ColorSpace.TYPE_RGB || space == ColorSpace.TYPE_GRAY || space == ColorSpace.TYPE_CMYK)
                && (type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT || type == DataBuffer.TYPE_INT);
    }

    private static void fromComponents(Raster raster, ComponentColorModel colours, byte[] rgb) {
        int space = colours.getColorSpace().getType();
        int bits = colours.getComponentSize(0);
        int bands = raster.getNumBands();
        int[] row = new int[raster.getWidth() * bands];
        int to = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, row);
            for (int at = 0; at < row.length; at += bands) {
                int first = toByte(row[at], bits);
                if (space == ColorSpace.TYPE_GRAY) {
                    rgb[to] = rgb[to + 1] = rgb[to + 2] = (byte) first;
                } else if (space == ColorSpace.TYPE_RGB) {
                    rgb[to] = (byte) first;
                    rgb[to + 1] = (byte) toByte(row[at + 1], bits);
                    rgb[to + 2] = (byte) toByte(row[at + 2], bits);
                } else {
                    int black = toByte(row[at + 3], bits);
                    rgb[to] = ink(first, black);
                    rgb[to + 1] = ink(toByte(row[at + 1], bits), black);
                    rgb[to + 2] = ink(toByte(row[at + 2], bits), black);
                }
                to += 3;
            }
        }
    }

    /** Light that is left of one colour by an ink and by black: (255 - ink)(255 - black) / 255, as Pillow rounds it. */
    static byte ink(int ink, int black) {
        int light = 255 - black;
        return (byte) (light - divideBy255(ink * light));
    }

    /** value / 255, rounded to nearest, for 0..65025. */
    static int divideBy255(int value) {
        int t = value + 128;
        return (t + (t >> 8)) >> 8;
    }

    /** The high byte of a sample; a sample of fewer bits is stretched to 0..255. */
    private static int toByte(int sample, int bits) {
        return bits == 8 ? sample : bits > 8 ? sample >>> (bits - 8) & 0xff : sample * 255 / ((1 << bits) - 1);
    }

    /** Any other colour model, by what it says of itself. */
    private static void fromColourModel(BufferedImage picture, byte[] rgb) {
        int width = picture.getWidth();
        int[] row = new int[width];
        int to = 0;
        for (int y = 0; y < picture.getHeight(); y++) {
            picture.getRGB(0, y, width, 1, row, 0, width);
            for (int pixel : row) {
                rgb[to++] = (byte) (pixel >>> 16);
                rgb[to++] = (byte) (pixel >>> 8);
                rgb[to++] = (byte) pixel;
            }
        }
    }
}
