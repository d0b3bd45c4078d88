package io.captioner.image;

import io.captioner.ImageException;
import io.captioner.ImageException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The formats that are read, told by the first bytes; the name of a file plays no part. */
enum ImageFormat {
    JPEG {
        @Override
        RgbImage decode(Source source) {
            return JpegDecoder.decode(source);
        }
    },
    PNG {
        @Override
        RgbImage decode(Source source) {
            return PngDecoder.decode(source);
        }
    },
    GIF {
        @Override
        RgbImage decode(Source source) {
            return GifDecoder.decode(source);
        }
    },
    BMP {
        @Override
        RgbImage decode(Source source) {
            return BmpDecoder.decode(source);
        }
    },
    TIFF {
        @Override
        RgbImage decode(Source source) {
            return TiffDecoder.decode(source);
        }
    },
    WEBP {
        @Override
        RgbImage decode(Source source) {
            return WebpDecoder.decode(source);
        }
    };

    /** Signatures of formats that are known and not read, so that the message can name them. */
    private static final List<Map.Entry<String, String>> UNSUPPORTED = List.of(
            Map.entry("%PDF", "a PDF"),
            Map.entry("8BPS", "a Photoshop file"),
            Map.entry("\0\0\0\fjP  ", "a JPEG 2000 picture"),
            Map.entry("\u00ffO\u00ffQ", "a JPEG 2000 picture"),
            Map.entry("\0\0\0\fJXL ", "a JPEG XL picture"),
            Map.entry("\u00ff\n", "a JPEG XL picture"),
            Map.entry("\0\0\1\0", "an icon"),
            Map.entry("\0\0\2\0", "a cursor"),
            Map.entry("v/1\1", "an OpenEXR picture"),
            Map.entry("DDS ", "a DirectDraw surface"),
            Map.entry("#?RADIANCE", "a Radiance picture"),
            Map.entry("qoif", "a QOI picture"),
            Map.entry("II\u00bc", "a JPEG XR picture"));

    /** Reads the picture, upright. */
    abstract RgbImage decode(Source source);

    /** The format of these bytes; the {@link ImageException} says what they are instead. */
    static ImageFormat of(Source source) {
        if (source.length() == 0) {
            throw new ImageException(
                    Kind.EMPTY, source.name() + " is empty: it has no bytes; copy or download it again");
        }
        if (source.has(0, "\u00ff\u00d8\u00ff") || (source.length() == 2 && source.has(0, "\u00ff\u00d8"))) {
            return JPEG;
        }
        if (source.has(0, "\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (source.has(0, "GIF87a") || source.has(0, "GIF89a")) {
            return GIF;
        }
        if (source.has(0, "II*\0") || source.has(0, "MM\0*") || source.has(0, "II+\0") || source.has(0, "MM\0+")) {
            return TIFF;
        }
        if (source.has(0, "RIFF") && source.has(8, "WEBP")) {
            return WEBP;
        }
        if (source.has(0, "BM") && BmpDecoder.looksLikeBmp(source)) {
            return BMP;
        }
        throw notRead(source);
    }

    private static ImageException notRead(Source source) {
        for (Map.Entry<String, String> known : UNSUPPORTED) {
            if (source.has(0, known.getKey())) {
                return source.unsupported(known.getValue(), null);
            }
        }
        if (source.has(4, "ftyp") && source.length() >= 12) {
            // ISO base media: the brand tells pictures from films
            String brand = source.tag(8);
            return source.unsupported(
                    switch (brand) {
                        case "avif", "avis" -> "an AVIF picture";
                        case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1" -> "a HEIC picture";
                        default -> "a film or picture of kind '" + brand.strip() + "'";
                    },
                    null);
        }
        if (source.has(0, "P")
                && source.length() > 2
                && source.u8(1) >= '1'
                && source.u8(1) <= '7'
                && source.u8(2) <= ' ') {
            return source.unsupported("a portable any-map (PNM)", null);
        }
        String start = new String(source.bytes(), 0, Math.min(source.length(), 1024), StandardCharsets.UTF_8);
        String lower = start.toLowerCase(Locale.ROOT);
        if (lower.contains("<svg")) {
            return source.unsupported("an SVG drawing", null);
        }
        String what = lower.contains("<html") || lower.contains("<!doctype html")
                ? "a web page, perhaps the error page of a download"
                : start.chars().allMatch(c -> c >= ' ' && c != '\uFFFD' || Character.isWhitespace(c))
                        ? "text"
                        : "in no known picture format";
        return new ImageException(
                Kind.NOT_AN_IMAGE,
                source.name() + " is not a picture: its content is " + what
                        + "; JPEG, PNG, GIF, BMP, TIFF and WebP are read");
    }
}
