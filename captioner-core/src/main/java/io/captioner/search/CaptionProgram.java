package io.captioner.search;

import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.Decoder.State;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.LatentDecoder;
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
 * <p>Inputs: {@code pixels} UINT8 (N, 3, H, W) or what else an {@link Entry} takes; {@code beam_width} and {@code max_tokens}, INT64 scalars;
 * {@code word_bias} FLOAT32 (V), added to the logits; where the decoder has a latent, last of all {@code latent} FLOAT32 (N, R, Z), standard
 * normal numbers: R is 1 in a search, which writes all candidates from it, and K where captions are drawn. Outputs: {@code tokens}, {@code
 * parents}, {@code scores}, {@code log_probabilities}, (T, N, K) each, and {@code attention} (T, N, K, L); {@link BeamTrace} reads them. {@link
 * #in} makes the program of another {@link SearchForm}, with further inputs.
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
    private final SearchForm form;
    private final List<CaptionProgram> others;
    private final boolean familiarity;

    private CaptionProgram(
            CaptionerArchitecture architecture,
            Entry entry,
            int vocabularySize,
            SpecialIds special,
            SearchForm form,
            List<CaptionProgram> others,
            boolean familiarity) {
        this.architecture = architecture;
        this.entry = entry;
        this.vocabularySize = vocabularySize;
        this.special = special;
        this.form = form;
        this.others = List.copyOf(others);
        this.familiarity = familiarity;
    }

    /** The same for another search: further inputs, which {@link Request#inputs} fills. */
    public CaptionProgram in(SearchForm other) {
        return new CaptionProgram(architecture, entry, vocabularySize, special, other, others, familiarity);
    }

    /** What search this makes. */
    public SearchForm form() {
        return form;
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
        return new CaptionProgram(
                architecture, entry, vocabularySize, Vocabulary.IDS, SearchForm.PLAIN, List.of(), false);
    }

    /** This with other ids than a {@link Vocabulary}'s. */
    public CaptionProgram withSpecial(SpecialIds ids) {
        return new CaptionProgram(architecture, entry, vocabularySize, ids, form, others, familiarity);
    }

    /**
     * An ensemble: this and others write one caption, each with its own encoder and from the same input; p(word) is the mean of theirs. The
     * parameters of the others are under {@link #memberScope}.
     *
     * @param members of one vocabulary
     */
    public CaptionProgram withMembers(List<CaptionProgram> members) {
        for (CaptionProgram member : members) {
            if (member.latentSize() > 0 || latentSize() > 0) {
                throw new OptionException("a decoder that writes from a latent cannot be in an ensemble: its members"
                        + " would write from different draws; use models without a latent");
            }
            if (member.vocabularySize != vocabularySize || !member.entry.port().equals(entry.port())) {
                throw new IllegalArgumentException("a member takes " + member.entry.port() + " and "
                        + member.vocabularySize + " words: expected " + entry.port() + " and " + vocabularySize);
            }
        }
        return new CaptionProgram(architecture, entry, vocabularySize, special, form, members, false);
    }

    /**
     * This with one more output, the last: {@code unfamiliarity} FLOAT32 (N), how far each picture is from the training photos; {@link
     * Unfamiliarity} has its parameters.
     */
    public CaptionProgram withUnfamiliarity() {
        if (!others.isEmpty()) {
            throw new IllegalArgumentException("an ensemble has as many unfamiliarities as members");
        }
        return new CaptionProgram(architecture, entry, vocabularySize, special, form, others, true);
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
                entry.port(),
                new Port("beam_width", DType.INT64, Shape.of()),
                new Port("max_tokens", DType.INT64, Shape.of()),
                new Port("word_bias", DType.FLOAT32, Shape.of(vocabularySize))));
        ports.addAll(form.ports(vocabularySize));
        if (latentSize() > 0) {
            ports.add(new Port("latent", DType.FLOAT32, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, latentSize())));
        }
        return ports;
    }

    @Override
    public List<String> outputs() {
        if (!familiarity) {
            return OUTPUTS;
        }
        List<String> outputs = new ArrayList<>(OUTPUTS);
        outputs.add("unfamiliarity");
        return outputs;
    }

    @Override
    public Computation bind(Parameters parameters) {
        Searcher searcher = searcher(parameters);
        Unfamiliarity unfamiliarity = familiarity
                ? Unfamiliarity.bind(parameters, architecture.encoder().featureSize())
                : null;
        return inputs -> {
            List<Tensor> features = searcher.features(inputs);
            BeamSearch.Traces traces = searcher.search(inputs, features);
            List<Tensor> outputs = new ArrayList<>(List.of(
                    traces.tokens(), traces.parents(), traces.scores(), traces.logProbabilities(), traces.attention()));
            if (unfamiliarity != null) {
                outputs.add(unfamiliarity.of(features.get(0)));
            }
            return outputs;
        };
    }

    /** V. */
    public int vocabularySize() {
        return vocabularySize;
    }

    /** Z of a decoder with a latent, else 0. */
    int latentSize() {
        return architecture.decoder().latentSize();
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
        List<Parts> members = new ArrayList<>(List.of(parts(parameters)));
        for (int i = 0; i < others.size(); i++) {
            members.add(others.get(i).parts(parameters.scope(memberScope(i + 1))));
        }
        return new Searcher(this, members);
    }

    private BeamSearch.Traces search(List<Parts> members, List<Tensor> inputs, List<Tensor> features) {
        Words words = new Words(vocabularySize, special.start(), special.end());
        Tensor latent = latentSize() > 0 ? inputs.get(inputs.size() - 1) : null;
        Tensor anyRow = latent == null
                ? features.get(0).slice(1, 0, 1).slice(2, 0, 1).squeeze(2) // (N, 1)
                : latent.slice(2, 0, 1).squeeze(2); // (N, R)
        SearchInputs chosen = SearchInputs.of(
                form,
                words,
                inputs.get(1),
                inputs.subList(4, latent == null ? inputs.size() : inputs.size() - 1),
                latent != null);
        BeamSearch.Call call = new BeamSearch.Call(inputs.get(2), inputs.get(3), chosen.selection(), chosen.rules());
        if (members.size() == 1) {
            Decoder decoder = members.get(0).decoder();
            State start = latent == null
                    ? decoder.start(features.get(0))
                    : ((LatentDecoder) decoder).start(features.get(0), latent);
            return new BeamSearch(decoder, words).search(anyRow, start, call);
        }
        Ensemble ensemble = new Ensemble(members.stream().map(Parts::decoder).toList());
        return new BeamSearch(ensemble, words).search(anyRow, ensemble.start(features), call);
    }

    /**
     * The inputs of plain search.
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
        if (latentSize() > 0) {
            long pictures = source.shape().dim(0);
            long seed = options.sampling().seed();
            inputs.add(Latents.drawn(pictures, Math.max(1, samples), latentSize(), seed));
        }
        return inputs;
    }

    /** What keeps words from being written when it is added to their logits, (V). */
    public HostTensor bias(Collection<Integer> forbidden) {
        float[] bias = new float[vocabularySize];
        forbidden.forEach(id -> bias[id] = FORBIDDEN);
        return HostTensor.ofFloats(Shape.of(vocabularySize), bias);
    }

    /** A search that takes this program's inputs, with its parameters. */
    record Searcher(CaptionProgram program, List<Parts> members) {
        /** (N, L, D) of each member. */
        List<Tensor> features(List<Tensor> inputs) {
            return members.stream()
                    .map(member -> member.encoder().encode(inputs.get(0)))
                    .toList();
        }

        BeamSearch.Traces search(List<Tensor> inputs) {
            return search(inputs, features(inputs));
        }

        BeamSearch.Traces search(List<Tensor> inputs, List<Tensor> features) {
            return program.search(members, inputs, features);
        }
    }
}
