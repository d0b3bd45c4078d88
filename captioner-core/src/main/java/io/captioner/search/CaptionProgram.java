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
 * <p>Inputs: {@code pixels} UINT8 (N, 3, H, W) or {@code features} FLOAT32 (N, L, D); {@code beam_width} and {@code max_tokens}, INT64
 * scalars; {@code word_bias} FLOAT32 (V), added to the logits. Outputs: {@code tokens}, {@code parents}, {@code scores}, {@code
 * log_probabilities}, (T, N, K) each, and {@code attention} (T, N, K, L); {@link BeamTrace} reads them. {@link #in} makes the
 * program of another {@link SearchForm}, with further inputs.
 */
public final class CaptionProgram implements Program {
    /** A bias that keeps a word from ever being chosen. */
    public static final float FORBIDDEN = -1e9f;

    private static final List<String> OUTPUTS =
            List.of("tokens", "parents", "scores", "log_probabilities", "attention");

    private final CaptionerArchitecture architecture;
    private final Port source;
    private final int vocabularySize;
    private final SpecialIds special;
    private final SearchForm form;
    private final Front front;
    private final List<CaptionProgram> others;

    private CaptionProgram(
            CaptionerArchitecture architecture,
            Port source,
            int vocabularySize,
            SpecialIds special,
            SearchForm form,
            Front front,
            List<CaptionProgram> others) {
        this.architecture = architecture;
        this.source = source;
        this.vocabularySize = vocabularySize;
        this.special = special;
        this.form = form;
        this.front = front;
        this.others = others;
    }

    /** The same for another search: further inputs, which {@link Request#inputs} fills. */
    public CaptionProgram in(SearchForm other) {
        return new CaptionProgram(architecture, source, vocabularySize, special, other, front, others);
    }

    /** What search this makes. */
    public SearchForm form() {
        return form;
    }

    /** The whole captioner, from pixels as {@code transform} makes them. */
    public static CaptionProgram fromPixels(
            CaptionerArchitecture architecture, ImageTransform transform, int vocabularySize) {
        return new CaptionProgram(
                architecture,
                new Port("pixels", DType.UINT8, Shape.of(Shape.UNKNOWN, 3, transform.height(), transform.width())),
                vocabularySize,
                Vocabulary.IDS,
                SearchForm.PLAIN,
                parameters -> {
                    Encoder encoder = architecture.encoder().bind(parameters.scope("encoder"));
                    return pixels -> encoder.encode(transform.normalise(pixels));
                },
                List.of());
    }

    /** The captioner without its encoder, from features that were computed before. */
    public static CaptionProgram fromFeatures(
            CaptionerArchitecture architecture, EncoderArchitecture.Grid grid, int vocabularySize) {
        return new CaptionProgram(
                architecture,
                new Port(
                        "features",
                        DType.FLOAT32,
                        Shape.of(
                                Shape.UNKNOWN,
                                grid.places(),
                                architecture.encoder().featureSize())),
                vocabularySize,
                Vocabulary.IDS,
                SearchForm.PLAIN,
                parameters -> features -> features,
                List.of());
    }

    /** This with other ids than a {@link Vocabulary}'s. */
    public CaptionProgram withSpecial(SpecialIds ids) {
        return new CaptionProgram(architecture, source, vocabularySize, ids, form, front, others);
    }

    /**
     * An ensemble: this and others write one caption, each with its own encoder and from the same input; p(word) is the mean of theirs. The
     * parameters of the others are under {@link #memberScope}.
     *
     * @param members of one vocabulary
     */
    public CaptionProgram withMembers(List<CaptionProgram> members) {
        for (CaptionProgram member : members) {
            if (member.vocabularySize != vocabularySize || !member.source.equals(source)) {
                throw new IllegalArgumentException(
                        "members take " + member.source + " and " + member.vocabularySize + " words: expected " + source
                                + " and " + vocabularySize);
            }
        }
        return new CaptionProgram(
                architecture, source, vocabularySize, special, form, front, List.copyOf(members));
    }

    /** Where the parameters of a further member are, without the dot: {@code member1} for the first. */
    public static String memberScope(int number) {
        return "member" + number;
    }

    /** What begins and ends a caption. */
    public SpecialIds special() {
        return special;
    }

    @Override
    public List<Port> inputs() {
        List<Port> ports = new ArrayList<>(List.of(
                source,
                new Port("beam_width", DType.INT64, Shape.of()),
                new Port("max_tokens", DType.INT64, Shape.of()),
                new Port("word_bias", DType.FLOAT32, Shape.of(vocabularySize))));
        ports.addAll(form.ports(vocabularySize));
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

    int vocabularySize() {
        return vocabularySize;
    }

    /** The search with its parameters, for programs that go on from it. */
    Searcher searcher(Parameters parameters) {
        List<Ensemble.Member> members = new ArrayList<>(List.of(member(parameters)));
        for (int i = 0; i < others.size(); i++) {
            members.add(others.get(i).member(parameters.scope(memberScope(i + 1))));
        }
        Words words = new Words(vocabularySize, special.start(), special.end());
        return inputs -> {
            List<Tensor> features = members.stream()
                    .map(member -> member.encoder().encode(inputs.get(0))) // (N, L, D) each
                    .toList();
            Tensor anyRow = features.get(0).slice(1, 0, 1).slice(2, 0, 1).squeeze(2); // (N, 1)
            SearchInputs chosen = SearchInputs.of(form, words, inputs.get(1), inputs.subList(4, inputs.size()));
            BeamSearch.Call call =
                    new BeamSearch.Call(inputs.get(2), inputs.get(3), chosen.selection(), chosen.rules());
            if (members.size() == 1) {
                Decoder decoder = members.get(0).decoder();
                return new BeamSearch(decoder, words).search(anyRow, decoder.start(features.get(0)), call);
            }
            Ensemble ensemble = new Ensemble(members);
            return new BeamSearch(ensemble, words).search(anyRow, ensemble.start(features), call);
        };
    }

    private Ensemble.Member member(Parameters parameters) {
        Decoder decoder = architecture
                .decoder()
                .bind(parameters.scope("decoder"), architecture.encoder().featureSize(), vocabularySize);
        return new Ensemble.Member(front.bind(parameters), decoder);
    }

    /**
     * The inputs of plain search.
     *
     * @param source pixels or features of N pictures
     * @param options how to search
     * @param forbidden ids of words never to write
     */
    public List<HostTensor> inputs(HostTensor source, GenerationOptions options, Collection<Integer> forbidden) {
        float[] bias = new float[vocabularySize];
        forbidden.forEach(id -> bias[id] = FORBIDDEN);
        int samples = options.sampling().samples();
        List<HostTensor> inputs = new ArrayList<>();
        inputs.add(source);
        inputs.add(HostTensor.scalar((long) (samples > 0 ? samples : Math.min(options.beamWidth(), vocabularySize))));
        // one token more than words: the end
        inputs.add(HostTensor.scalar(options.maxLength() + 1L));
        inputs.add(HostTensor.ofFloats(Shape.of(vocabularySize), bias));
        return inputs;
    }

    /** A search that takes this program's inputs. */
    interface Searcher {
        BeamSearch.Traces search(List<Tensor> inputs);
    }

    /** What turns the program's first input into features. */
    private interface Front {
        Encoder bind(Parameters parameters);
    }
}
