package io.captioner.runtime;

import io.captioner.ModelException;
import io.captioner.confidence.Reliability;
import io.captioner.image.ImageTransform;
import io.captioner.nn.EncoderArchitecture.Grid;
import io.captioner.pack.ModelPackage;
import io.captioner.search.CaptionProgram;
import io.captioner.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Model packages that write one caption together; one package alone is the usual case.
 *
 * @param first whose vocabulary, transform and defaults hold
 * @param others further ones, with the same words and pictures
 */
record EnsemblePackage(ModelPackage first, List<ModelPackage> others) {
    /** @throws ModelException when words or pictures differ */
    static EnsemblePackage of(ModelPackage first, List<ModelPackage> others) {
        for (ModelPackage other : others) {
            if (!other.vocabulary().equals(first.vocabulary())) {
                throw new ModelException(
                        "models " + first.id() + " and " + other.id() + " have vocabularies that differ ("
                                + first.vocabulary().size() + " and "
                                + other.vocabulary().size()
                                + " words); an ensemble needs models trained with one vocabulary");
            }
            if (!likeFirst(first.transform(), other.transform()).equals(first.transform())) {
                throw new ModelException("models " + first.id() + " and " + other.id()
                        + " prepare pictures differently (" + size(first) + " and " + size(other)
                        + "); an ensemble needs models of one picture size and resizing");
            }
        }
        return new EnsemblePackage(first, List.copyOf(others));
    }

    /** Each normalises the pixels itself; everything else must be the same. */
    private static ImageTransform likeFirst(ImageTransform first, ImageTransform other) {
        return new ImageTransform(
                other.mode(), other.resize(), other.height(), other.width(), other.filter(), first.mean(), first.std());
    }

    private static String size(ModelPackage model) {
        ImageTransform transform = model.transform();
        return transform.mode() + " to " + transform.height() + " x " + transform.width();
    }

    CaptionProgram program() {
        if (others.isEmpty()) {
            return judged(pixels(first));
        }
        return pixels(first)
                .withMembers(others.stream().map(EnsemblePackage::pixels).toList());
    }

    /** The first one alone, from features that its encoder has made. */
    CaptionProgram fromFeatures() {
        Grid grid = first.architecture()
                .encoder()
                .grid(first.transform().height(), first.transform().width());
        return judged(CaptionProgram.fromFeatures(
                        first.architecture(), grid, first.vocabulary().size())
                .withSpecial(first.vocabulary().special()));
    }

    private CaptionProgram judged(CaptionProgram program) {
        return first.reliability() == null ? program : program.withUnfamiliarity();
    }

    private static CaptionProgram pixels(ModelPackage model) {
        return CaptionProgram.fromPixels(
                        model.architecture(),
                        model.transform(),
                        model.vocabulary().size())
                .withSpecial(model.vocabulary().special());
    }

    Weights weights() {
        Weights weights = Weights.of(first.weights());
        for (int i = 0; i < others.size(); i++) {
            weights =
                    weights.plus(Weights.of(others.get(i).weights()).prefixed(CaptionProgram.memberScope(i + 1) + "."));
        }
        return weights;
    }

    /** How far captions can be trusted; null where that is not known, and of an ensemble. */
    @Nullable
    Reliability reliability() {
        return others.isEmpty() ? first.reliability() : null;
    }

    String id() {
        return models().map(ModelPackage::id).collect(Collectors.joining("+"));
    }

    /** Most words that all of them can write. */
    int maxTokens() {
        return models().mapToInt(model -> model.architecture().decoder().maxTokens())
                .min()
                .orElseThrow();
    }

    private Stream<ModelPackage> models() {
        List<ModelPackage> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all.stream();
    }
}
