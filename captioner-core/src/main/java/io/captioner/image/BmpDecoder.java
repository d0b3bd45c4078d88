package io.captioner.image;

import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;

/** BMP by the TwelveMonkeys reader, after its header was checked. */
final class BmpDecoder {
    private static final int FILE_HEADER = 14;
    private static final int OS2_HEADER = 12;

    private BmpDecoder() {}

    /** "BM" alone begins many a text: the size of the header that follows tells. */
    static boolean looksLikeBmp(Source source) {
        if (source.length() < FILE_HEADER + 4) {
            return true; // too short for anything: truncated
        }
        long header = source.u32le(FILE_HEADER);
        return header >= OS2_HEADER && header <= 1024;
    }

    static RgbImage decode(Source source) {
        long header = source.u32le(FILE_HEADER);
        boolean os2 = header == OS2_HEADER;
        long width = os2 ? source.u16le(18) : (int) source.u32le(18);
        long height = os2 ? source.u16le(20) : Math.abs((long) (int) source.u32le(22));
        int bits = source.u16le(os2 ? 24 : 28);
        long compression = os2 ? 0 : source.u32le(30);
        source.checkSize(width, height);
        long pixels = source.u32le(10);
        if (compression == 0 || compression == 3) {
            long row = (width * bits + 31) / 32 * 4;
            // a few writers leave the padding of the last row away
            source.require(pixels, row * (height - 1) + (width * bits + 7) / 8);
        } else {
            source.require(pixels, 1);
        }
        return Readers.read(new BMPImageReaderSpi(), source.bytes(), source, reader -> Rasters.toRgb(reader.read(0)));
    }
}
