package io.captioner.data;

import io.captioner.io.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** By what a row of features is found: the first half of a SHA-256. */
record RowKey(long high, long low) {
    static final int BYTES = 16;

    static RowKey of(String text) {
        ByteBuffer digest = ByteBuffer.wrap(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8)));
        return new RowKey(digest.getLong(), digest.getLong());
    }

    static RowKey read(ByteBuffer from) {
        return new RowKey(from.getLong(), from.getLong());
    }

    void write(ByteBuffer to) {
        to.putLong(high).putLong(low);
    }
}
