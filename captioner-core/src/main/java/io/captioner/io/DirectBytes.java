package io.captioner.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** The content of a stream outside of the heap, from where native code reads it without another copy. */
public final class DirectBytes {
    private static final int CHUNK = 1 << 16;

    private DirectBytes() {}

    /**
     * Reads a stream to its end, at most 2 GB; closing it is left to the caller.
     *
     * @throws IOException also when it does not fit into memory
     */
    public static ByteBuffer of(InputStream stream) throws IOException {
        try {
            byte[] chunk = new byte[CHUNK];
            // what is said to be left is often all there is; one byte more finds the end without growing
            ByteBuffer all = ByteBuffer.allocateDirect(Math.max(CHUNK, stream.available() + 1));
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
                if (count > all.remaining()) {
                    all = grown(all, count);
                }
                all.put(chunk, 0, count);
            }
            return all.flip();
        } catch (OutOfMemoryError e) {
            throw new IOException("it does not fit into memory (" + e.getMessage() + ")", e);
        }
    }

    private static ByteBuffer grown(ByteBuffer full, int count) throws IOException {
        long least = (long) full.position() + count;
        if (least > Integer.MAX_VALUE) {
            throw new IOException("it has more than 2 GB");
        }
        int capacity = (int) Math.min(Integer.MAX_VALUE, Math.max(least, 2L * full.capacity()));
        return ByteBuffer.allocateDirect(capacity).put(full.flip());
    }
}
