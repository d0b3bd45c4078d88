package io.captioner.pack;

import io.captioner.ModelException;
import io.captioner.text.Vocabulary;
import io.captioner.weights.ActivationRanges;
import io.captioner.weights.MeanWeights;
import io.captioner.weights.Weights;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One model of several of one kind: trainings that began alike, or epochs of one training. */
public final class AveragedModel {
    private AveragedModel() {}

    /**
     * A model whose weights are the mean of others' (Izmailov et al. 2018). Card, licence and generation defaults are the first one's; measured
     * quality is not carried over.
     *
     * @param models one or more of one architecture, transform and vocabulary
     * @param id of the new model
     * @throws ModelException when they differ in more than their weights
     */
    public static ModelPackage of(List<ModelPackage> models, String id) {
        if (models.isEmpty()) {
            throw new ModelException("the mean of no models is wanted; name one at least");
        }
        ModelPackage first = models.get(0);
        for (ModelPackage other : models) {
            requireEqual("architecture", first, first.architecture(), other, other.architecture());
            requireEqual("image transform", first, first.transform(), other, other.transform());
            if (!(first.vocabulary() instanceof Vocabulary words && other.vocabulary() instanceof Vocabulary others)) {
                throw new ModelException("only models with a word vocabulary can be averaged; "
                        + (first.vocabulary() instanceof Vocabulary ? other : first).id() + " has a tokenizer");
            }
            if (!words.toText().equals(others.toText())) {
                throw new ModelException("models " + first.id() + " and " + other.id()
                        + " have different vocabularies; their weights have no common meaning");
            }
        }
        Provenance before = first.provenance();
        Provenance provenance = Provenance.of("captioner average", Instant.now())
                .withDataset(before.dataset(), before.datasetHash())
                .withLicence(before.licence(), before.notices())
                .withRecipe(
                        Map.of("averaged", models.stream().map(ModelPackage::id).collect(Collectors.joining(", "))));
        return new ModelPackage(
                id,
                first.architecture(),
                first.transform(),
                first.vocabulary(),
                first.generation(),
                Weights.of(MeanWeights.of(models.stream()
                        .map(ModelPackage::withoutReliability)
                        .map(ModelPackage::withoutTags)
                        .map(ModelPackage::weights)
                        .map(ActivationRanges::without)
                        .toList())),
                provenance);
    }

    private static void requireEqual(String what, ModelPackage first, Object wanted, ModelPackage other, Object is) {
        if (!wanted.equals(is)) {
            throw new ModelException("models " + first.id() + " and " + other.id() + " cannot be averaged: their "
                    + what + " is " + wanted + " and " + is);
        }
    }
}
