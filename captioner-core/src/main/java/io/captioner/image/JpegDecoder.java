package io.captioner.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import javax.imageio.ImageReadParam;
import javax.imageio.spi.ImageReaderSpi;

/**
 * JPEG by the JDK's native reader. The file's markers are walked first: they tell size, colour and orientation, and whether it is whole.
 * The reader then gets the frame and its scans alone, under a header that says unmistakably which colours they hold, so that profiles,
 * thumbnails and notes of cameras can neither slow it down nor confuse it.
 */
final class JpegDecoder {
    private static final int SOI = 0xd8;
    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;
    private static final int APP0 = 0xe0;
    private static final int APP1 = 0xe1;
    private static final int APP14 = 0xee;
    private static final int APP15 = 0xef;
    private static final int COMMENT = 0xfe;

    private static final byte[] JFIF_HEADER = {
        (byte) 0xff, (byte) SOI, (byte) 0xff, (byte) APP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
    };

    private final Source source;
    private final ByteArrayOutputStream content;
    private int width;
    private int height;
    private byte[] components = new byte[0];
    private boolean jfif;
    private boolean sequential;
    private int scans;
    private boolean interleaved;
    private boolean adobe;
    private int adobeTransform;
    private int orientation = Orientation.UPRIGHT;
    private long leastBits;
    private long scanBytes;

    private JpegDecoder(Source source) {
        this.source = source;
        this.content = new ByteArrayOutputStream(source.length() + 32);
    }

    static RgbImage decode(Source source) {
        JpegDecoder decoder = new JpegDecoder(source);
        decoder.walk();
        return Orientation.upright(decoder.decodeFrame(), decoder.orientation);
    }

    // markers
    // ----------------------------------------------------------------------------------------------------------

    private void walk() {
        int at = 2;
        while (true) {
            // a segment starts with 0xff, perhaps repeated; what stands between segments is skipped, as every reader
            // does
            while (source.u8(at) != 0xff) {
                at++;
            }
            while (source.u8(at) == 0xff) {
                at++;
            }
            int marker = source.u8(at++);
            if (marker == EOI) {
                content.write(0xff);
                content.write(EOI);
                break;
            }
            if (marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= SOI)) {
                continue; // without content
            }
            int length = source.u16be(at);
            if (length < 2) {
                throw source.corrupt("a JPEG segment has length " + length, null);
            }
            int end = at + length;
            segment(marker, at + 2, end);
            source.require(at, length);
            if (marker == SOS) {
                end = endOfScan(end);
                scanBytes += end - at;
            }
            if (!(marker >= APP0 && marker <= APP15) && marker != COMMENT) {
                content.write(0xff);
                content.write(marker);
                content.write(source.bytes(), at, end - at);
            }
            at = end;
        }
        if (components.length == 0 || scanBytes == 0) {
            throw source.corrupt("it holds no JPEG frame", null);
        }
        if (scanBytes < leastBits / 8) {
            throw source.corrupt(scanBytes + " bytes cannot hold " + width + " x " + height + " pixels", null);
        }
    }

    private void segment(int marker, int at, int end) {
        switch (marker) {
            case 0xc0, 0xc1, 0xc2 -> {
                frame(at);
                sequential = marker != 0xc2;
            }
            case 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf ->
                throw source.unsupported("a lossless, hierarchical or arithmetic-coded JPEG", null);
            case SOS -> {
                if (components.length == 0) {
                    throw source.corrupt("a JPEG scan comes before its frame", null);
                }
                scans++;
                interleaved = source.u8(at) == components.length;
            }
            case APP0 -> jfif |= source.has(at, "JFIF\0");
            case APP1 -> {
                if (source.has(at, "Exif\0") && orientation == Orientation.UPRIGHT && end <= source.length()) {
                    orientation = Orientation.ofExif(source.bytes(), at + 6, end);
                }
            }
            case APP14 -> {
                if (source.has(at, "Adobe") && end - at >= 12) {
                    adobe = true;
                    adobeTransform = source.u8(at + 11);
                }
            }
            default -> {
                // tables, which the reader looks at, and notes, which nobody does
            }
        }
    }

    private void frame(int at) {
        if (components.length > 0) {
            throw source.corrupt("it holds two JPEG frames", null);
        }
        height = source.u16be(at + 1);
        width = source.u16be(at + 3);
        source.checkSize(width, height);
        if (source.u8(at) != 8) {
            throw source.unsupported("a JPEG of " + source.u8(at) + " bits a sample", null);
        }
        components = new byte[source.u8(at + 5)];
        if (components.length != 1 && components.length != 3 && components.length != 4) {
            throw source.unsupported("a JPEG of " + components.length + " colour components", null);
        }
        int blocks = 0;
        int widest = 1;
        int tallest = 1;
        for (int i = 0; i < components.length; i++) {
            components[i] = (byte) source.u8(at + 6 + 3 * i);
            int sampling = source.u8(at + 7 + 3 * i);
            widest = Math.max(widest, sampling >> 4);
            tallest = Math.max(tallest, sampling & 15);
            blocks += (sampling >> 4) * (sampling & 15);
        }
        // every 8 x 8 block takes one bit or more: a header that claims more than the file can hold is found before it
        // is believed
        long units = Math.max(1, (long) width / (8 * widest)) * Math.max(1, (long) height / (8 * tallest));
        leastBits = components.length == 1 ? (width / 8L) * (height / 8L) : units * blocks;
    }

    /** Where the entropy-coded data end: at a marker that is neither a stuffed zero nor a restart. */
    private int endOfScan(int from) {
        byte[] bytes = source.bytes();
        for (int at = from; at < bytes.length - 1; at++) {
            if (bytes[at] == (byte) 0xff) {
                int next = bytes[at + 1] & 0xff;
                if (next != 0 && next != 0xff && !(next >= 0xd0 && next <= 0xd7)) {
                    return at;
                }
            }
        }
        throw source.truncated(null);
    }

    // pixels
    // -----------------------------------------------------------------------------------------------------------

    private RgbImage decodeFrame() {
        var provider = Readers.ofJdk("JPEG", source);
        if (components.length == 4) {
            boolean ycck = !adobe || adobeTransform != 0;
            Raster raster = Readers.read(
                    provider,
                    withHeader(adobeHeader(adobe && ycck ? 2 : 0)),
                    source,
                    reader -> reader.readRaster(0, null));
            return new RgbImage(width, height, fromInks((DataBufferByte) raster.getDataBuffer(), adobe && ycck));
        }
        if (components.length == 1) {
            BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
            return Rasters.toRgb(read(provider, JFIF_HEADER, grey, Rows.UNSEEN));
        }
        BufferedImage target = rgbTarget();
        byte[] samples = ((DataBufferByte) target.getRaster().getDataBuffer()).getData();
        RgbImage picture = new RgbImage(width, height, samples);
        // a reader that is listened to gives several scans one after the other, each to all rows
        boolean inOnePass = sequential && scans == 1 && interleaved;
        Rows rows = inOnePass && orientation == Orientation.UPRIGHT ? source.rows() : Rows.UNSEEN;
        rows.begin(picture);
        read(provider, isRgb() ? adobeHeader(0) : JFIF_HEADER, target, rows);
        return picture;
    }

    private BufferedImage read(ImageReaderSpi provider, byte[] header, BufferedImage target, Rows rows) {
        return Readers.read(provider, withHeader(header), source, reader -> {
            ImageReadParam parameters = reader.getDefaultReadParam();
            parameters.setDestination(target);
            if (rows != Rows.UNSEEN) {
                reader.addIIOReadProgressListener(new DecodingProgress(rows, height));
            }
            return reader.read(0, parameters);
        });
    }

    /** An image whose memory is that of a {@link RgbImage}, so that the reader writes there at once. */
    private BufferedImage rgbTarget() {
        var raster = Raster.createInterleavedRaster(
                DataBuffer.TYPE_BYTE, width, height, 3 * width, 3, new int[] {0, 1, 2}, null);
        ColorModel colours = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, ColorModel.OPAQUE, DataBuffer.TYPE_BYTE);
        return new BufferedImage(colours, raster, false, null);
    }

    /** libjpeg's rule: JFIF is YCbCr, Adobe says it, else the components' names do. */
    private boolean isRgb() {
        if (jfif) {
            return false;
        }
        return adobe ? adobeTransform == 0 : Arrays.equals(components, new byte[] {'R', 'G', 'B'});
    }

    private static byte[] adobeHeader(int transform) {
        return new byte[] {
            (byte) 0xff,
            (byte) SOI,
            (byte) 0xff,
            (byte) APP14,
            0,
            14,
            'A',
            'd',
            'o',
            'b',
            'e',
            0,
            100,
            0,
            0,
            0,
            0,
            (byte) transform
        };
    }

    private byte[] withHeader(byte[] header) {
        byte[] body = content.toByteArray();
        byte[] file = Arrays.copyOf(header, header.length + body.length);
        System.arraycopy(body, 0, file, header.length, body.length);
        return file;
    }

    /** Four inks as Adobe stores them (inverted: 255 is no ink), the first three perhaps as luminance and chroma. */
    private byte[] fromInks(DataBufferByte buffer, boolean ycck) {
        byte[] inks = buffer.getData();
        byte[] rgb = new byte[3 * width * height];
        for (int from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
            int c = inks[from] & 0xff;
            int m = inks[from + 1] & 0xff;
            int y = inks[from + 2] & 0xff;
            if (ycck) {
                double luminance = c;
                double blue = m - 128;
                double red = y - 128;
                // the inverse of JFIF's YCbCr, whose red, green and blue are 255 minus the stored inks
                c = 255 - clip(luminance + 1.402 * red);
                m = 255 - clip(luminance - 0.344136 * blue - 0.714136 * red);
                y = 255 - clip(luminance + 1.772 * blue);
            }
            int black = 255 - (inks[from + 3] & 0xff);
            rgb[to] = Rasters.ink(255 - c, black);
            rgb[to + 1] = Rasters.ink(255 - m, black);
            rgb[to + 2] = Rasters.ink(255 - y, black);
        }
        return rgb;
    }

    private static int clip(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }
}
