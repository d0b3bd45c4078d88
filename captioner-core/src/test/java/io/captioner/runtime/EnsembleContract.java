package io.captioner.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.ModelException;
import io.captioner.OptionException;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.TransformerDecoder;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.pack.ModelPackage;
import io.captioner.search.BeamTrace;
import io.captioner.search.CaptionProgram;
import io.captioner.search.Hypothesis;
import io.captioner.search.Request;
import io.captioner.search.SearchForm;
import io.captioner.text.Tokenizer;
import io.captioner.text.Vocabulary;
import io.captioner.train.TinyEncoder;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that write together, and searches that are told what to say, as an application asks for them. Each backend extends this. */
public abstract class EnsembleContract {
    @TempDir
    Path folder;

    private Path first = Path.of("");
    private Path second = Path.of("");
    private final ImageInput picture = ImageInput.of(new BufferedImage(20, 30, BufferedImage.TYPE_INT_RGB));

    protected abstract Backend backend();

    @BeforeEach
    void save() {
        first = TinyPackage.in(folder);
        second = folder.resolve("second");
        other(ImageTransform.squash(16), TinyPackage.model().vocabulary()).save(second);
    }

    /** A Transformer with an encoder of its own: another kind of state, which grows with the words. */
    private static ModelPackage other(ImageTransform transform, Tokenizer vocabulary) {
        CaptionerArchitecture architecture = new CaptionerArchitecture(
                new TinyEncoder(8, 10),
                TransformerDecoder.builder()
                        .width(8)
                        .heads(2)
                        .feedForward(12)
                        .layers(2)
                        .maxTokens(12)
                        .build());
        ModelPackage model = TinyPackage.model();
        return new ModelPackage(
                "tiny-2",
                architecture,
                transform,
                vocabulary,
                model.generation(),
                ParameterShapes.initial(
                        parameters -> {
                            architecture.encoder().bind(parameters.scope("encoder"));
                            architecture.decoder().bind(parameters.scope("decoder"), 10, vocabulary.size());
                        },
                        5),
                model.provenance());
    }

    private Captioner.Builder builder() {
        return Captioner.builder().backend(backend()).threads(1);
    }

    @Test
    void eachWordsProbabilityIsTheMeanOfTheMembers() {
        ModelPackage one = ModelPackage.load(first);
        ModelPackage two = ModelPackage.load(second);
        for (List<Integer> prefix : List.of(List.<Integer>of(), List.of(4, 6))) {
            Map<Integer, Double> p1 = next(EnsemblePackage.of(one, List.of()), prefix);
            Map<Integer, Double> p2 = next(EnsemblePackage.of(two, List.of()), prefix);
            Map<Integer, Double> both = next(EnsemblePackage.of(one, List.of(two)), prefix);
            both.keySet().retainAll(p1.keySet());
            both.keySet().retainAll(p2.keySet());
            assertThat(both).hasSizeGreaterThanOrEqualTo(2);
            both.forEach((word, p) ->
                    assertThat(p).as("word %d", word).isCloseTo((p1.get(word) + p2.get(word)) / 2, within(1e-5)));
        }
    }

    /** Probability of the five likeliest words behind the prefix, nothing being forbidden. */
    private Map<Integer, Double> next(EnsemblePackage models, List<Integer> prefix) {
        GenerationOptions options = GenerationOptions.builder()
                .maxLength(prefix.size() + 1)
                .beamWidth(5)
                .beamEnd(GenerationOptions.BeamEnd.EARLY)
                .build();
        Request request = new Request(options, List.of(), List.of(), prefix, -1);
        CaptionProgram program = models.program().in(SearchForm.POOL_RULES);
        HostTensor pixels = models.first().transform().apply(List.of(picture));
        try (Executable executable = Backends.find(backend()).compile(program, models.weights(), Device.cpu(), 1)) {
            Map<Integer, Double> probabilities = new HashMap<>();
            new BeamTrace(executable.run(request.inputs(program, pixels)))
                    .hypotheses(0, request)
                    .forEach(found -> {
                        Hypothesis.Token last = found.tokens().get(prefix.size());
                        probabilities.put(last.id(), Math.exp(last.logProbability()));
                    });
            return probabilities;
        }
    }

    @Test
    void twiceTheSameModelSaysWhatItSaysAlone() {
        try (Captioner alone = builder().model(second).build();
                Captioner twice = builder().model(second).ensemble(second).build()) {
            GenerationOptions options =
                    GenerationOptions.builder().beamWidth(3).maxLength(8).build();
            Caption expected = alone.caption(picture, options);
            Caption found = twice.caption(picture, options);
            assertThat(found.text()).isEqualTo(expected.text());
            assertThat(found.score()).isCloseTo(expected.score(), within(1e-4));
            assertThat(twice.modelId()).isEqualTo("tiny-2+tiny-2");
        }
    }

    @Test
    void modelsThatDoNotGoTogetherAreRefused() {
        Path wrong = folder.resolve("wrong");
        other(ImageTransform.squash(16), Vocabulary.count(Stream.of(List.of("a", "dog")), 1))
                .save(wrong);
        assertThatThrownBy(() -> builder().model(first).ensemble(wrong).build())
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("tiny-1 and tiny-2 have vocabularies that differ");
        Path larger = folder.resolve("larger");
        other(ImageTransform.squash(24), TinyPackage.model().vocabulary()).save(larger);
        assertThatThrownBy(() -> builder().model(first).ensemble(second, larger).build())
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("prepare pictures differently (SQUASH to 16 x 16 and SQUASH to 24 x 24)");
    }

    @Test
    void saysTheWordsItMustAndKeepsGroupsApart() {
        GenerationOptions.Builder options = GenerationOptions.builder().maxLength(6);
        try (Captioner captioner = builder().model(first).ensemble(second).build()) {
            Caption told = captioner.caption(
                    picture,
                    options.beamWidth(2)
                            .mustSay("circle")
                            .mustSayOneOf("zebra", "blue square")
                            .build());
            assertThat(told.text()).contains("circle").contains("blue square");
            Caption twice = captioner.caption(
                    picture,
                    GenerationOptions.builder()
                            .maxLength(6)
                            .beamWidth(2)
                            .mustSay("a circle above a square")
                            .build());
            assertThat(twice.text()).contains("a circle above a square");
            Caption diverse = captioner.caption(
                    picture,
                    GenerationOptions.builder()
                            .maxLength(6)
                            .beamWidth(3)
                            .groups(3)
                            .diversityPenalty(20)
                            .alternatives(2)
                            .build());
            assertThat(Stream.concat(
                                    Stream.of(diverse.words()),
                                    diverse.alternatives().stream().map(Caption.Alternative::words))
                            .map(words -> words.isEmpty() ? "" : words.get(0).text())
                            .distinct())
                    .hasSize(3);
        }
    }

    @Test
    void whatCannotBeSaidIsRefusedByName() {
        try (Captioner captioner = builder().model(first).build()) {
            assertThatThrownBy(() -> captioner.caption(
                            picture,
                            GenerationOptions.builder().mustSay("zebra").build()))
                    .isInstanceOf(OptionException.class)
                    .hasMessageContaining("word that must be said, \"zebra\" is not among the model's");
            assertThatThrownBy(() -> captioner.caption(
                            picture,
                            GenerationOptions.builder()
                                    .maxLength(2)
                                    .mustSay("a", "red circle")
                                    .build()))
                    .isInstanceOf(OptionException.class)
                    .hasMessageContaining("what must be said has 3 words; a caption has at most 2");
            assertThatThrownBy(() -> captioner.caption(
                            picture,
                            GenerationOptions.builder()
                                    .forbiddenWords("red")
                                    .mustSay("red")
                                    .build()))
                    .isInstanceOf(OptionException.class)
                    .hasMessageContaining("or they are forbidden");
        }
        assertThatThrownBy(() ->
                        GenerationOptions.builder().samples(2).mustSay("a").build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("leave out samples");
        assertThatThrownBy(
                        () -> GenerationOptions.builder().beamWidth(4).groups(3).build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("the beam width must be a multiple of the groups");
    }
}
