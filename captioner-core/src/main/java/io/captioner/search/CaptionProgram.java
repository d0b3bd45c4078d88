package io.captioner.search;

import io.captioner.GenerationOptions;
import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.text.Tokenizer.SpecialIds;
import io.captioner.text.Vocabulary;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * From a picture to candidates of its caption, in one call of a backend: normalisation, encoder, decoder start, and the loop over words.
 * Beam width, length and forbidden words are inputs, so that one graph with one set of weights serves every search.
 *
 * <p>Inputs: {@code pixels} UINT8 (N, 3, H, W) or what else an {@link Entry} takes; {@code beam_width} and {@code max_tokens}, INT64
 * scalars; {@code word_bias} FLOAT32 (V), added to the logits. Outputs: {@code tokens}, {@code parents}, {@code scores}, {@code
 * log_probabilities}, (T, N, K) each, and {@code attention} (T, N, K, L); {@link BeamTrace} reads them. {@link #withRules} makes the program
 * that also samples and heeds rules, with an input for each.
 */
public final class CaptionProgram implements Program {
    /** A bias that keeps a word from ever being chosen. */
    public static final float FORBIDDEN = -1e9f;

    private static final List<String> OUTPUTS =
            List.of("tokens", "parents", "scores", "log_probabilities", "attention");

    private final CaptionerArchitecture architecture;
    private final Entry entry;
    private final int vocabularySize;
    private final SpecialIds special;
    private final boolean rules;

    private CaptionProgram(
            CaptionerArchitecture architecture, Entry entry, int vocabularySize, SpecialIds special, boolean rules) {
        this.architecture = architecture;
        this.entry = entry;
        this.vocabularySize = vocabularySize;
        this.special = special;
        this.rules = rules;
    }

    /**
     * The same with sampling and rules: further inputs, which {@link Request#inputs} fills. Kept apart, so that plain search pays nothing for
     * them.
     */
    public CaptionProgram withRules() {
        return new CaptionProgram(architecture, entry, vocabularySize, special, true);
    }

    /** The whole captioner, from pixels as {@code transform} makes them. */
    public static CaptionProgram fromPixels(
            CaptionerArchitecture architecture, ImageTransform transform, int vocabularySize) {
        return from(Entry.pixels(architecture.encoder(), transform), architecture, vocabularySize);
    }

    /** The captioner without its encoder, from features that were computed before. */
    public static CaptionProgram fromFeatures(
            CaptionerArchitecture architecture, EncoderArchitecture.Grid grid, int vocabularySize) {
        Entry entry = Entry.features(grid.places(), architecture.encoder().featureSize());
        return from(entry, architecture, vocabularySize);
    }

    /** What follows an entry into the captioner. */
    public static CaptionProgram from(Entry entry, CaptionerArchitecture architecture, int vocabularySize) {
        return new CaptionProgram(architecture, entry, vocabularySize, Vocabulary.IDS, false);
    }

    /** This with other ids than a {@link Vocabulary}'s. */
    public CaptionProgram withSpecial(SpecialIds ids) {
        return new CaptionProgram(architecture, entry, vocabularySize, ids, rules);
    }

    /** What begins and ends a caption. */
    public SpecialIds special() {
        return special;
    }

    @Override
    public List<Port> inputs() {
        List<Port> ports = new ArrayList<>(List.of(
                entry.port(),
                new Port("beam_width", DType.INT64, Shape.of()),
                new Port("max_tokens", DType.INT64, Shape.of()),
                new Port("word_bias", DType.FLOAT32, Shape.of(vocabularySize))));
        if (rules) {
            ports.addAll(Rules.ports());
        }
        return ports;
    }

    @Override
    public List<String> outputs() {
        return OUTPUTS;
    }

    @Override
    public Computation bind(Parameters parameters) {
        Searcher searcher = searcher(parameters);
        return inputs -> {
            BeamSearch.Traces traces = searcher.search(inputs);
            return List.of(
                    traces.tokens(), traces.parents(), traces.scores(), traces.logProbabilities(), traces.attention());
        };
    }

    /** V. */
    public int vocabularySize() {
        return vocabularySize;
    }

    /** What the program's first input goes through, and what writes. */
    public record Parts(Encoder encoder, Decoder decoder) {}

    /** Both with their weights, for programs that have the same first input. */
    public Parts parts(Parameters parameters) {
        return new Parts(
                entry.bind(parameters),
                architecture
                        .decoder()
                        .bind(
                                parameters.scope("decoder"),
                                architecture.encoder().featureSize(),
                                vocabularySize));
    }

    /** The search with its parameters, for programs that go on from it. */
    Searcher searcher(Parameters parameters) {
        Parts parts = parts(parameters);
        BeamSearch search = new BeamSearch(parts.decoder(), vocabularySize, special.start(), special.end());
        return inputs -> {
            Tensor features = parts.encoder().encode(inputs.get(0)); // (N, L, D)
            return search.search(
                    features,
                    inputs.get(1),
                    inputs.get(2),
                    inputs.get(3),
                    rules ? Rules.of(inputs.subList(4, inputs.size())) : null);
        };
    }

    /**
     * The inputs of a call without rules.
     *
     * @param source pixels or features of N pictures
     * @param options how to search
     * @param forbidden ids of words never to write
     */
    public List<HostTensor> inputs(HostTensor source, GenerationOptions options, Collection<Integer> forbidden) {
        int samples = options.sampling().samples();
        List<HostTensor> inputs = new ArrayList<>();
        inputs.add(source);
        inputs.add(HostTensor.scalar((long) (samples > 0 ? samples : Math.min(options.beamWidth(), vocabularySize))));
        // one token more than words: the end
        inputs.add(HostTensor.scalar(options.maxLength() + 1L));
        inputs.add(bias(forbidden));
        return inputs;
    }

    /** What keeps words from being written when it is added to their logits, (V). */
    public HostTensor bias(Collection<Integer> forbidden) {
        float[] bias = new float[vocabularySize];
        forbidden.forEach(id -> bias[id] = FORBIDDEN);
        return HostTensor.ofFloats(Shape.of(vocabularySize), bias);
    }

    /** A search that takes this program's inputs. */
    interface Searcher {
        BeamSearch.Traces search(List<Tensor> inputs);
    }
}
