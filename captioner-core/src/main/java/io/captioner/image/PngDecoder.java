package io.captioner.image;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;

/**
 * PNG by the JDK's reader. The chunks are walked first, with their checksums; the reader then gets the picture's own chunks alone, so
 * that damaged or huge texts and profiles play no part.
 */
final class PngDecoder {
    private static final int SIGNATURE = 8;

    private PngDecoder() {}

    static RgbImage decode(Source source) {
        ByteArrayOutputStream picture = new ByteArrayOutputStream(source.length());
        picture.write(source.bytes(), 0, SIGNATURE);
        int orientation = Orientation.UPRIGHT;
        long compressed = 0;
        long raw = 0;
        int at = SIGNATURE;
        String type = "";
        while (!type.equals("IEND")) {
            long length = source.u32be(at);
            type = source.tag(at + 4);
            int data = at + 8;
            if (at == SIGNATURE) {
                if (!type.equals("IHDR") || length != 13) {
                    throw source.corrupt("its first chunk is not a PNG header", null);
                }
                // the size is judged before the checksum: whatever else is wrong, so large a picture is not read
                source.checkSize(source.u32be(data), source.u32be(data + 4));
                raw = rawBytes(source, data);
            }
            source.require(data, length + 4);
            int end = data + (int) length + 4;
            boolean kept = type.equals("IHDR") || type.equals("PLTE") || type.equals("IDAT") || type.equals("IEND");
            if (kept) {
                check(source, type, at + 4, (int) length);
                picture.write(source.bytes(), at, end - at);
            } else if (type.equals("eXIf")) {
                orientation = Orientation.ofExif(source.bytes(), data, data + (int) length);
            } else if (Character.isUpperCase(type.charAt(0))) {
                throw source.corrupt("the necessary chunk '" + type + "' is unknown", null);
            }
            if (type.equals("IDAT")) {
                compressed += length;
            }
            at = end;
        }
        // deflate packs at most 1032 bytes into one
        if (compressed == 0 || raw / 1032 > compressed) {
            throw source.corrupt(compressed + " bytes cannot hold its pixels", null);
        }
        RgbImage stored = Readers.read(
                Readers.ofJdk("png", source), picture.toByteArray(), source, reader -> Rasters.toRgb(reader.read(0)));
        return Orientation.upright(stored, orientation);
    }

    private static void check(Source source, String type, int at, int length) {
        CRC32 sum = new CRC32();
        sum.update(source.bytes(), at, length + 4);
        if (sum.getValue() != source.u32be(at + 4 + length)) {
            throw source.corrupt("the checksum of its '" + type + "' chunk is wrong", null);
        }
    }

    /** Bytes of the unpacked picture, from the header at {@code at}. */
    private static long rawBytes(Source source, int at) {
        int samples = switch (source.u8(at + 9)) {
            case 0, 3 -> 1;
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> throw source.corrupt("PNG colour type " + source.u8(at + 9) + " does not exist", null);
        };
        return source.u32be(at) * source.u32be(at + 4) * samples * source.u8(at + 8) / 8;
    }
}
