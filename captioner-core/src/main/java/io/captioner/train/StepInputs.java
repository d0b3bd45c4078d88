package io.captioner.train;

import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes into {@link GeneralTrainingProgram} beside pictures and captions, and a batch's parts.
 *
 * @param total steps of the whole training
 */
record StepInputs(Recipe recipe, long total) {
    /** Whether a plain step over the batch does. */
    boolean plain() {
        return recipe.accumulation() == 1 && recipe.scheduledSampling() == null;
    }

    /** The parts of a batch, pictures and captions, one after another. */
    List<List<HostTensor>> of(List<HostTensor> batch, long step) {
        List<HostTensor> whole = new ArrayList<>(batch);
        ScheduledSampling sampling = recipe.scheduledSampling();
        if (sampling != null) {
            whole.add(sampling.mask(batch.get(1).shape(), recipe.seed(), step, total));
        }
        if (recipe.accumulation() == 1) {
            return List.of(whole);
        }
        HostTensor totals = totals(batch.get(1));
        int pictures = (int) batch.get(1).shape().dim(0);
        int size = (pictures + recipe.accumulation() - 1) / recipe.accumulation();
        List<List<HostTensor>> parts = new ArrayList<>();
        for (int from = 0; from < pictures; from += size) {
            List<HostTensor> part = new ArrayList<>();
            for (HostTensor tensor : whole) {
                part.add(rows(tensor, from, Math.min(pictures, from + size)));
            }
            part.add(totals);
            parts.add(part);
        }
        return parts;
    }

    /** FLOAT32 (2): words to be predicted, and captions that have one. */
    private static HostTensor totals(HostTensor captions) {
        long[] ids = captions.toLongArray();
        int length = (int) captions.shape().dim(2);
        int words = 0;
        int used = 0;
        for (int row = 0; row < ids.length; row += length) {
            int ofRow = 0;
            for (int t = 1; t < length; t++) {
                ofRow += ids[row + t] != 0 ? 1 : 0;
            }
            words += ofRow;
            used += ofRow > 0 ? 1 : 0;
        }
        return HostTensor.ofFloats(Shape.of(2), Math.max(1, words), Math.max(1, used));
    }

    private static HostTensor rows(HostTensor tensor, int from, int to) {
        long[] dims = tensor.shape().toArray();
        int bytes = (int) (tensor.shape().size() / dims[0]) * tensor.type().bytes();
        dims[0] = to - from;
        return HostTensor.of(
                tensor.type(),
                Shape.of(dims),
                tensor.bytes().slice(from * bytes, (to - from) * bytes).order(ByteOrder.LITTLE_ENDIAN));
    }
}
