package io.captioner.train;

import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.nio.LongBuffer;
import java.util.List;

/** The captions of a split as word ids, start and end included: {@code of(image)[caption][position]}. */
final class EncodedCaptions {
    /** A row without a caption. */
    static final int NONE = -1;

    private final long[][][] ids;

    EncodedCaptions(long[][][] ids) {
        this.ids = ids;
    }

    int images() {
        return ids.length;
    }

    long[][] of(int image) {
        return ids[image];
    }

    /** All captions of all pictures. */
    int total() {
        int total = 0;
        for (long[][] captions : ids) {
            total += captions.length;
        }
        return total;
    }

    /** INT64 (N, R, T), padded with 0 to the longest caption of these. */
    HostTensor tensor(List<BatchPlan.Item> items) {
        int rows = items.get(0).captions().length;
        int length = 0;
        for (BatchPlan.Item item : items) {
            for (int caption : item.captions()) {
                length = Math.max(length, caption == NONE ? 0 : ids[item.image()][caption].length);
            }
        }
        HostTensor tensor = HostTensor.allocate(DType.INT64, Shape.of(items.size(), rows, length));
        LongBuffer out = tensor.longs();
        for (int n = 0; n < items.size(); n++) {
            int[] captions = items.get(n).captions();
            for (int r = 0; r < rows; r++) {
                if (captions[r] == NONE) {
                    continue;
                }
                long[] words = ids[items.get(n).image()][captions[r]];
                for (int t = 0; t < words.length; t++) {
                    out.put((n * rows + r) * length + t, words[t]);
                }
            }
        }
        return tensor;
    }
}
