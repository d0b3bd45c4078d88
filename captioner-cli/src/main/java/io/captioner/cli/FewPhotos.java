package io.captioner.cli;

import io.captioner.data.CaptionDataset;
import io.captioner.data.CaptionDataset.Split;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Defaults of a recipe for few photos. The usual ones, made for some thousand, would end a training on a few hundred photos before it has begun: 6 epochs of
 * 12 steps with a warm-up of 100.
 */
final class FewPhotos {
    private static final int FEW = 1600;
    private static final int STEPS = 600;
    private static final int BATCH_IMAGES = 16;
    private static final int MOST_EPOCHS = 40;
    private static final int MOST_WARMUP = 100;

    private FewPhotos() {}

    /**
     * What differs from the usual defaults, by key; nothing where there are photos enough.
     *
     * @param wanted epochs that the user asks for, or null
     */
    static Map<String, Integer> defaults(CaptionDataset dataset, @Nullable Integer wanted) {
        int images = dataset.split(Split.TRAIN, Split.RESTVAL).size();
        if (images >= FEW) {
            return Map.of();
        }
        int steps = Math.max(1, (images + BATCH_IMAGES - 1) / BATCH_IMAGES);
        int epochs = wanted != null ? wanted : Math.min(MOST_EPOCHS, (STEPS + steps - 1) / steps);
        Map<String, Integer> defaults = new LinkedHashMap<>();
        defaults.put("epochs", epochs);
        defaults.put("warmupSteps", Math.min(MOST_WARMUP, epochs * steps / 10));
        defaults.put("earlyStopping", dataset.has(Split.VAL) ? 5 : 0);
        defaults.put("minCount", 2);
        return defaults;
    }
}
