package io.captioner.image;

import com.twelvemonkeys.imageio.plugins.tiff.BigTIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;

/** The first page of a TIFF by the TwelveMonkeys reader, after its directory was checked. */
final class TiffDecoder {
    private TiffDecoder() {}

    static RgbImage decode(Source source) {
        byte[] bytes = source.bytes();
        TiffDirectory directory = new TiffDirectory(bytes, 0, bytes.length);
        if (!directory.exists()) {
            throw source.truncated(null);
        }
        long width = directory.value(TiffDirectory.WIDTH, 0);
        long height = directory.value(TiffDirectory.HEIGHT, 0);
        source.checkSize(width, height);
        checkSegments(source, directory, TiffDirectory.STRIP_OFFSETS, TiffDirectory.STRIP_BYTE_COUNTS);
        checkSegments(source, directory, TiffDirectory.TILE_OFFSETS, TiffDirectory.TILE_BYTE_COUNTS);
        boolean big = source.u8(2) + source.u8(3) == 43;
        var provider = big ? new BigTIFFImageReaderSpi() : new TIFFImageReaderSpi();
        RgbImage stored = Readers.read(provider, bytes, source, reader -> Rasters.toRgb(reader.read(0)));
        return Orientation.upright(stored, Orientation.ofExif(bytes, 0, bytes.length));
    }

    private static void checkSegments(Source source, TiffDirectory directory, int offsetsTag, int countsTag) {
        long[] offsets = directory.values(offsetsTag);
        long[] counts = directory.values(countsTag);
        for (int i = 0; i < Math.min(offsets.length, counts.length); i++) {
            source.require(offsets[i], counts[i]);
        }
    }
}
