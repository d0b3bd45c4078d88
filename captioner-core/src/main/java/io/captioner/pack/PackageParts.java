package io.captioner.pack;

import io.captioner.GenerationOptions;
import io.captioner.confidence.Reliability;
import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.WeightSource;
import io.captioner.tags.Tags;
import io.captioner.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/** What a {@link ModelPackage} is made of, to be changed on the way to another one. Not thread-safe. */
final class PackageParts {
    String id;
    CaptionerArchitecture architecture;
    final ImageTransform transform;
    final Tokenizer vocabulary;
    GenerationOptions generation;
    WeightSource weights;
    Provenance provenance;
    String modelCard;

    @Nullable
    Reliability reliability;

    @Nullable
    Tags tags;

    PackageParts(ModelPackage model) {
        id = model.id();
        architecture = model.architecture();
        transform = model.transform();
        vocabulary = model.vocabulary();
        generation = model.generation();
        weights = model.weights();
        provenance = model.provenance();
        modelCard = model.modelCard();
        reliability = model.reliability();
        tags = model.tags();
    }

    ModelPackage together() {
        return new ModelPackage(
                id, architecture, transform, vocabulary, generation, weights, provenance, modelCard, reliability, tags);
    }
}
