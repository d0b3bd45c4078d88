package io.captioner.train;

import io.captioner.OptionException;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.HostTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * How much a latent pays for leaving its prior, in each step.
 *
 * @param weight in the end, at least 0
 * @param annealing steps over which it rises to that from near 0, each by as much; at least 0
 */
record LatentWeight(double weight, int annealing) {
    static final LatentWeight DEFAULT = new LatentWeight(0.1, 1000);

    LatentWeight {
        if (!(weight >= 0 && weight <= Float.MAX_VALUE)) {
            throw new OptionException(
                    "weight of the latent's term is " + weight + "; it must be at least 0 and finite");
        }
        Limits.atLeast("number of annealing steps of the latent's term", annealing, 0);
    }

    /** What a batch of this decoder has beside pictures and captions. */
    List<HostTensor> inputs(DecoderArchitecture decoder) {
        return decoder.latentSize() > 0 ? List.of(HostTensor.scalar((float) weight)) : List.of();
    }

    /** The batch with the weight of a step, from 0, in place of the last; unchanged where the decoder has no latent. */
    List<HostTensor> annealed(List<HostTensor> batch, long step) {
        if (batch.size() < 3) {
            return batch;
        }
        List<HostTensor> inputs = new ArrayList<>(batch);
        double share = Math.min(1, (step + 1.0) / Math.max(1, annealing));
        inputs.set(2, HostTensor.scalar((float) (weight * share)));
        return inputs;
    }
}
