package io.captioner.image;

import io.captioner.ImageException;
import java.util.Arrays;

/**
 * The first frame of a GIF, on its canvas. Decoded here: the JDK's reader gives half a picture without a word where the data end early.
 */
final class GifDecoder {
    private static final int MAX_CODES = 4096;

    private final Source source;
    private int at;

    private GifDecoder(Source source) {
        this.source = source;
    }

    static RgbImage decode(Source source) {
        return new GifDecoder(source).decode();
    }

    private RgbImage decode() {
        int width = source.u16le(6);
        int height = source.u16le(8);
        int flags = source.u8(10);
        source.checkSize(width, height);
        int background = source.u8(11);
        at = 13;
        int[] palette = new int[0];
        if ((flags & 0x80) != 0) {
            palette = palette(flags);
        }
        int transparent = -1;
        while (true) {
            int block = source.u8(at++);
            if (block == 0x2c) {
                return frame(width, height, palette, transparent >= 0 ? transparent : background);
            }
            if (block == 0x21) {
                boolean control = source.u8(at++) == 0xf9 && source.u8(at) >= 4;
                if (control && (source.u8(at + 1) & 1) != 0) {
                    transparent = source.u8(at + 4);
                }
                skipBlocks();
            } else if (block == 0x3b) {
                throw source.corrupt("it ends before its first frame", null);
            } else if (block != 0) {
                throw source.corrupt("the GIF block " + block + " does not exist", null);
            }
        }
    }

    private int[] palette(int flags) {
        int[] colours = new int[2 << (flags & 7)];
        source.require(at, 3L * colours.length);
        for (int i = 0; i < colours.length; i++, at += 3) {
            colours[i] = source.u8(at) << 16 | source.u8(at + 1) << 8 | source.u8(at + 2);
        }
        return colours;
    }

    private void skipBlocks() {
        int length;
        do {
            length = source.u8(at);
            at += 1 + length;
        } while (length > 0);
    }

    private RgbImage frame(int canvasWidth, int canvasHeight, int[] globalPalette, int fill) {
        int left = source.u16le(at);
        int top = source.u16le(at + 2);
        int width = source.u16le(at + 4);
        int height = source.u16le(at + 6);
        int flags = source.u8(at + 8);
        at += 9;
        source.checkSize(width, height);
        int[] palette = (flags & 0x80) != 0 ? palette(flags) : globalPalette;
        if (palette.length == 0) {
            throw source.corrupt("it has no palette", null);
        }
        // a frame may reach over its canvas, which then grows
        int fullWidth = Math.max(canvasWidth, left + width);
        int fullHeight = Math.max(canvasHeight, top + height);
        source.checkSize(fullWidth, fullHeight);
        int bits = source.u8(at++);
        if (bits < 1 || bits > 8) {
            throw source.corrupt("its codes begin at " + bits + " bits; 1 to 8 exist", null);
        }
        byte[] data = blocks();
        // a code stands for at most 4096 pixels and takes more than a bit
        if ((long) width * height > 8L * MAX_CODES * data.length) {
            throw at >= source.length() ? source.truncated(null) : incomplete(0, width * height);
        }
        byte[] indices = decompress(data, bits, width * height);
        byte[] rgb = new byte[3 * fullWidth * fullHeight];
        if (width < fullWidth || height < fullHeight) {
            int colour = fill < palette.length ? palette[fill] : 0;
            for (int pixel = 0; pixel < fullWidth * fullHeight; pixel++) {
                put(rgb, pixel, colour);
            }
        }
        int[] rows = rows(height, (flags & 0x40) != 0);
        for (int i = 0; i < height; i++) {
            int to = (top + rows[i]) * fullWidth + left;
            for (int x = 0; x < width; x++) {
                int index = indices[i * width + x] & 0xff;
                if (index >= palette.length) {
                    throw source.corrupt("colour " + index + " is not in its palette of " + palette.length, null);
                }
                put(rgb, to + x, palette[index]);
            }
        }
        return new RgbImage(fullWidth, fullHeight, rgb);
    }

    private static void put(byte[] rgb, int pixel, int colour) {
        rgb[3 * pixel] = (byte) (colour >> 16);
        rgb[3 * pixel + 1] = (byte) (colour >> 8);
        rgb[3 * pixel + 2] = (byte) colour;
    }

    /** Where the stored rows go: in order, or every eighth, those between, every second, the rest. */
    private static int[] rows(int height, boolean interlaced) {
        int[] rows = new int[height];
        int[][] passes = interlaced ? new int[][] {{0, 8}, {4, 8}, {2, 4}, {1, 2}} : new int[][] {{0, 1}};
        int i = 0;
        for (int[] pass : passes) {
            for (int row = pass[0]; row < height; row += pass[1]) {
                rows[i++] = row;
            }
        }
        return rows;
    }

    /** The content of the data blocks from here to the empty one, or to the end of the file. */
    private byte[] blocks() {
        byte[] bytes = source.bytes();
        byte[] data = new byte[bytes.length - at];
        int length = 0;
        while (at < bytes.length && bytes[at] != 0) {
            int count = Math.min(bytes[at] & 0xff, bytes.length - at - 1);
            System.arraycopy(bytes, at + 1, data, length, count);
            length += count;
            at += 1 + count;
        }
        return Arrays.copyOf(data, length);
    }

    /** Lempel, Ziv and Welch's codes (1984), in GIF's form: codes grow from bits + 1 to 12 bits, lowest bit first. */
    private byte[] decompress(byte[] data, int bits, int pixels) {
        byte[] out = new byte[pixels];
        int clear = 1 << bits;
        // each code is the pixels [start, start + length) of what was already written, plus, but for the first, the one
        // after them
        int[] start = new int[MAX_CODES];
        int[] length = new int[MAX_CODES];
        int codes = clear + 2;
        int size = bits + 1;
        int previousStart = -1;
        int previousLength = 0;
        int written = 0;
        int buffer = 0;
        int held = 0;
        int next = 0;
        while (written < pixels) {
            while (held < size) {
                if (next == data.length) {
                    throw at >= source.length() ? source.truncated(null) : incomplete(written, pixels);
                }
                buffer |= (data[next++] & 0xff) << held;
                held += 8;
            }
            int code = buffer & (1 << size) - 1;
            buffer >>>= size;
            held -= size;
            if (code == clear) {
                codes = clear + 2;
                size = bits + 1;
                previousStart = -1;
                continue;
            }
            if (code == clear + 1) {
                throw incomplete(written, pixels);
            }
            if (previousStart >= 0 && codes < MAX_CODES) {
                start[codes] = previousStart;
                length[codes] = previousLength + 1;
                codes++;
            }
            if (code >= codes || (code > clear && previousStart < 0)) {
                throw source.corrupt("the GIF code " + code + " is used before it is defined", null);
            }
            int here = written;
            if (code < clear) {
                out[written++] = (byte) code;
            } else {
                // its last pixel may be the first that this very code writes: copy forwards
                int count = Math.min(length[code], pixels - written);
                for (int i = 0; i < count; i++) {
                    out[written++] = out[start[code] + i];
                }
            }
            previousStart = here;
            previousLength = written - here;
            if (codes == 1 << size && size < 12) {
                size++;
            }
        }
        return out;
    }

    private ImageException incomplete(int written, int pixels) {
        return source.corrupt("its GIF data end after " + written + " of " + pixels + " pixels", null);
    }
}
