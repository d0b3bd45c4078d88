package io.captioner.image;

/**
 * The first directory of a TIFF structure: of a TIFF file, or of the EXIF data inside another format. It never reads outside of its
 * range and takes time proportional to the bytes there are, whatever counts and offsets claim.
 */
final class TiffDirectory {
    static final int WIDTH = 256;
    static final int HEIGHT = 257;
    static final int ORIENTATION = 274;
    static final int STRIP_OFFSETS = 273;
    static final int STRIP_BYTE_COUNTS = 279;
    static final int TILE_OFFSETS = 324;
    static final int TILE_BYTE_COUNTS = 325;

    private final byte[] bytes;
    private final int from;
    private final int to;
    private final boolean littleEndian;
    private final boolean big;
    private final long at;

    /** The structure lies at {@code from} (inclusive) to {@code to} (exclusive). */
    TiffDirectory(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
        this.littleEndian = to - from >= 2 && bytes[from] == 'I';
        this.big = unsigned(2, 2) == 43;
        this.at = big ? unsigned(8, 8) : unsigned(4, 4);
    }

    /** Whether the directory begins inside of the structure. */
    boolean exists() {
        return at >= 8 && at + (big ? 8 : 2) <= to - from;
    }

    /** The first value of a field of whole numbers, or {@code otherwise} where there is no such field. */
    long value(int tag, long otherwise) {
        long[] values = values(tag);
        return values.length == 0 ? otherwise : values[0];
    }

    /** The values of a field of whole numbers as far as they lie inside of the structure; none where there is no such field. */
    long[] values(int tag) {
        if (!exists()) {
            return new long[0];
        }
        int countSize = big ? 8 : 2;
        int entrySize = big ? 20 : 12;
        int offsetSize = big ? 8 : 4;
        long room = (to - from - at - countSize) / entrySize;
        long claimed = unsigned(at, countSize);
        long entries = claimed < 0 ? room : Math.min(claimed, room);
        for (long i = 0; i < entries; i++) {
            long entry = at + countSize + i * entrySize;
            if (unsigned(entry, 2) == tag) {
                int size = sizeOf((int) unsigned(entry + 2, 2));
                long count = unsigned(entry + 4, offsetSize);
                long inPlace = entry + 4 + offsetSize;
                if (size == 0 || count < 0) {
                    return new long[0];
                }
                boolean fits = count <= offsetSize / size;
                long start = fits ? inPlace : unsigned(inPlace, offsetSize);
                if (start < 0 || start > to - from) {
                    return new long[0];
                }
                long[] values = new long[(int) Math.min(count, (to - from - start) / size)];
                for (int k = 0; k < values.length; k++) {
                    values[k] = unsigned(start + (long) k * size, size);
                }
                return values;
            }
        }
        return new long[0];
    }

    private static int sizeOf(int type) {
        return switch (type) {
            case 1 -> 1; // BYTE
            case 3 -> 2; // SHORT
            case 4, 13 -> 4; // LONG, IFD
            case 16, 18 -> 8; // LONG8, IFD8
            default -> 0;
        };
    }

    /** A number of {@code size} bytes at an offset of the structure; -1 outside of it. */
    private long unsigned(long offset, int size) {
        if (offset < 0 || offset > to - from - size) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < size; i++) {
            int index = (int) (from + offset + (littleEndian ? size - 1 - i : i));
            value = value << 8 | (bytes[index] & 0xff);
        }
        return value;
    }
}
