package io.captioner.train;

import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.text.Vocabulary;
import java.nio.LongBuffer;

/** What {@link io.captioner.search.SamplingProgram} wrote: tokens INT64 (turns, N, K), the end included, then padding. */
final class WrittenCaptions {
    private final LongBuffer tokens;
    private final int turns;
    private final int images;
    private final int rows;

    WrittenCaptions(HostTensor tokens) {
        this.tokens = tokens.longs();
        turns = (int) tokens.shape().dim(0);
        images = (int) tokens.shape().dim(1);
        rows = (int) tokens.shape().dim(2);
    }

    int images() {
        return images;
    }

    int rows() {
        return rows;
    }

    private int token(int turn, int image, int row) {
        return (int) tokens.get((turn * images + image) * rows + row);
    }

    boolean ended(int image, int row) {
        int last = token(turns - 1, image, row);
        return last == Vocabulary.END || last == Vocabulary.PADDING;
    }

    /** The words without the end, {@code most} of them at most. */
    int[] words(int image, int row, int most) {
        int length = 0;
        while (length < Math.min(turns, most)
                && token(length, image, row) != Vocabulary.END
                && token(length, image, row) != Vocabulary.PADDING) {
            length++;
        }
        int[] words = new int[length];
        for (int turn = 0; turn < length; turn++) {
            words[turn] = token(turn, image, row);
        }
        return words;
    }

    /** The first rows as a batch for training, INT64 (N, count, 1 + turns): start, words, end, padding. */
    HostTensor batch(int count) {
        HostTensor batch = HostTensor.allocate(DType.INT64, Shape.of(images, count, turns + 1L));
        LongBuffer out = batch.longs();
        for (int image = 0; image < images; image++) {
            for (int row = 0; row < count; row++) {
                int at = (image * count + row) * (turns + 1);
                out.put(at, Vocabulary.START);
                for (int turn = 0; turn < turns; turn++) {
                    out.put(at + 1 + turn, token(turn, image, row));
                }
            }
        }
        return batch;
    }
}
