package io.captioner.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;

/**
 * WebP by the TwelveMonkeys reader. The chunks are walked first; the reader gets the first picture's colours alone, as a plain file:
 * transparency, profile and later frames play no part.
 */
final class WebpDecoder {
    private static final int HEADER = 12;
    private static final int FRAME_HEADER = 16;

    private final Source source;
    private final int end;
    private int canvasWidth;
    private int canvasHeight;
    private int left;
    private int top;
    private int orientation = Orientation.UPRIGHT;
    private int picture = -1;

    private WebpDecoder(Source source) {
        this.source = source;
        long size = source.u32le(4) + 8;
        source.require(0, size);
        this.end = (int) size;
    }

    static RgbImage decode(Source source) {
        WebpDecoder decoder = new WebpDecoder(source);
        decoder.walk(HEADER, decoder.end, true);
        if (decoder.picture < 0) {
            throw source.corrupt("it holds no WebP picture", null);
        }
        return Orientation.upright(decoder.decodePicture(), decoder.orientation);
    }

    private void walk(int from, int to, boolean outermost) {
        int at = from;
        while (at + 8 <= to) {
            String type = source.tag(at);
            long length = source.u32le(at + 4);
            int data = at + 8;
            if (outermost && at == HEADER && !type.equals("VP8 ") && !type.equals("VP8L") && !type.equals("VP8X")) {
                throw source.corrupt("its first WebP chunk is '" + type.strip() + "'", null);
            }
            if (length > to - data) {
                throw source.corrupt("the WebP chunk '" + type.strip() + "' is longer than the file", null);
            }
            switch (type) {
                case "VP8X" -> {
                    canvasWidth = source.u24le(data + 4) + 1;
                    canvasHeight = source.u24le(data + 7) + 1;
                    source.checkSize(canvasWidth, canvasHeight);
                }
                case "VP8 ", "VP8L" -> picture = picture < 0 ? at : picture;
                case "ANMF" -> {
                    if (picture < 0 && outermost) {
                        left = 2 * source.u24le(data);
                        top = 2 * source.u24le(data + 3);
                        walk(data + FRAME_HEADER, data + (int) length, false);
                    }
                }
                case "EXIF" -> {
                    int skip = source.has(data, "Exif\0\0") ? 6 : 0;
                    orientation = Orientation.ofExif(source.bytes(), data + skip, data + (int) length);
                }
                default -> {
                    // transparency, profile, notes
                }
            }
            at = data + (int) (length + (length & 1));
        }
    }

    private RgbImage decodePicture() {
        int data = picture + 8;
        int length = (int) source.u32le(picture + 4);
        boolean lossless = source.tag(picture).equals("VP8L");
        int width;
        int height;
        if (lossless) {
            long sizes = source.u32le(data + 1);
            width = (int) (sizes & 0x3fff) + 1;
            height = (int) (sizes >> 14 & 0x3fff) + 1;
        } else {
            width = source.u16le(data + 6) & 0x3fff;
            height = source.u16le(data + 8) & 0x3fff;
        }
        source.checkSize(width, height);
        byte[] file = new byte[HEADER + 8 + length + (length & 1)];
        System.arraycopy(source.bytes(), 0, file, 0, HEADER);
        System.arraycopy(source.bytes(), picture, file, HEADER, 8 + length);
        int size = file.length - 8;
        for (int i = 0; i < 4; i++) {
            file[4 + i] = (byte) (size >>> 8 * i);
        }
        RgbImage decoded = Readers.read(
                new WebPImageReaderSpi(), file, source, reader -> Rasters.toRgb(reader.read(0)));
        boolean whole = canvasWidth == 0 || (canvasWidth == decoded.width() && canvasHeight == decoded.height());
        return whole ? decoded : onCanvas(decoded);
    }

    /** The first frame of an animation may be smaller than its canvas, which is black. */
    private RgbImage onCanvas(RgbImage frame) {
        if (left + frame.width() > canvasWidth || top + frame.height() > canvasHeight) {
            throw source.corrupt("a WebP frame lies outside of the picture", null);
        }
        byte[] canvas = new byte[3 * canvasWidth * canvasHeight];
        for (int y = 0; y < frame.height(); y++) {
            System.arraycopy(
                    frame.samples(),
                    3 * y * frame.width(),
                    canvas,
                    3 * ((top + y) * canvasWidth + left),
                    3 * frame.width());
        }
        return new RgbImage(canvasWidth, canvasHeight, canvas);
    }
}
