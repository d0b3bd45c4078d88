package io.captioner.runtime;

import io.captioner.AttentionMap;
import io.captioner.Batching;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.CaptionerException;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.OptionException;
import io.captioner.confidence.Reliability;
import io.captioner.image.ImageTransform;
import io.captioner.nn.EncoderArchitecture.Grid;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.pack.ModelPackage;
import io.captioner.search.BeamTrace;
import io.captioner.search.Hypothesis;
import io.captioner.search.Request;
import io.captioner.spi.BackendProvider;
import io.captioner.spi.CaptionerSettings;
import io.captioner.text.Tokenizer;
import io.captioner.weights.Weights;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Pictures to pixels, one call of the backend, ids to words. */
final class DefaultCaptioner implements Captioner {
    private final String modelId;
    private final ImageTransform transform;
    private final Tokenizer vocabulary;
    private final Grid grid;
    private final GenerationOptions options;
    private final int maxTokens;
    private final @Nullable Reliability reliability;
    private final Searches searches;
    private final TagGuide guide;
    private final Batcher batcher;

    private DefaultCaptioner(
            EnsemblePackage models,
            GenerationOptions options,
            Batching batching,
            Function<Program, Executable> compiler) {
        ModelPackage model = models.first();
        this.modelId = models.id();
        this.transform = model.transform();
        this.vocabulary = model.vocabulary();
        this.grid = model.architecture().encoder().grid(transform.height(), transform.width());
        this.options = options;
        this.maxTokens = models.maxTokens();
        this.reliability = models.reliability();
        requireRoom(options);
        this.guide = new TagGuide(models, compiler);
        this.searches = new Searches(models.program(), compiler::apply);
        Request request = Request.of(options, vocabulary); // refuses words that the model does not know
        if (options.guidance().on()) {
            guide.prepare(options.guidance(), request);
        } else {
            searches.prepare(request);
        }
        this.batcher = new Batcher(batching, (pictures, wanted) -> captions(transform.batch(pictures), wanted));
    }

    static DefaultCaptioner open(EnsemblePackage models, BackendProvider backend, CaptionerSettings settings) {
        Weights weights = models.weights();
        return new DefaultCaptioner(
                models,
                settings.generation().apply(models.first().generation()),
                settings.batching(),
                wanted -> backend.compile(wanted, weights, settings.device(), settings.threads()));
    }

    @Override
    public List<Caption> captionAll(List<ImageInput> images, GenerationOptions options) {
        if (images.isEmpty()) {
            return List.of();
        }
        requireRoom(options);
        guide.check(options);
        return captions(Pictures.read(transform, images), options);
    }

    @Override
    public CompletableFuture<Caption> captionAsync(ImageInput image, GenerationOptions options) {
        try {
            requireRoom(options);
            guide.check(options);
            Request.of(options, vocabulary); // a call that cannot succeed fails before it joins others
            return batcher.submit(transform.pixels(image), options);
        } catch (CaptionerException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private List<Caption> captions(HostTensor pixels, GenerationOptions options) {
        if (!options.guidance().on()) {
            return searched(searches, pixels, options);
        }
        SortedMap<Integer, Caption> captions = new TreeMap<>();
        for (TagGuide.Part part : guide.parts(pixels, options)) {
            List<Caption> some = searched(guide.searches(), part.features(), part.options());
            for (int i = 0; i < some.size(); i++) {
                captions.put(part.pictures().get(i), some.get(i));
            }
        }
        return List.copyOf(captions.values());
    }

    /**
     * Captions of N pictures.
     *
     * @param searches that take this source
     * @param source pixels or features
     */
    private List<Caption> searched(Searches searches, HostTensor source, GenerationOptions options) {
        Request request = Request.of(options, vocabulary);
        List<HostTensor> outputs = searches.run(source, request);
        BeamTrace trace = new BeamTrace(outputs, vocabulary.special().end());
        FloatBuffer unfamiliarity = outputs.get(outputs.size() - 1).floats(); // read where there is a reliability
        return IntStream.range(0, trace.images())
                .mapToObj(image -> {
                    Caption caption = caption(trace.hypotheses(image, request), options);
                    return reliability == null ? caption : reliability.judge(caption, unfamiliarity.get(image));
                })
                .toList();
    }

    private void requireRoom(GenerationOptions wanted) {
        if (wanted.maxLength() >= maxTokens) {
            throw new OptionException("maximum length is " + wanted.maxLength() + "; the model has " + maxTokens
                    + " positions, the end's among them, so it must be at most " + (maxTokens - 1));
        }
    }

    private Caption caption(List<Hypothesis> hypotheses, GenerationOptions options) {
        List<Caption.Alternative> candidates = hypotheses.stream()
                .limit(Math.max(1L + options.alternatives(), options.sampling().samples()))
                .map(this::candidate)
                .toList();
        Caption.Alternative best = candidates.get(0);
        return new Caption(
                best.text(),
                best.words(),
                best.score(),
                best.finish(),
                candidates.subList(1, candidates.size()),
                modelId);
    }

    private Caption.Alternative candidate(Hypothesis hypothesis) {
        List<Hypothesis.Token> tokens = hypothesis.words();
        return new Caption.Alternative(
                vocabulary.text(tokens.stream().mapToLong(Hypothesis.Token::id).toArray()),
                tokens.stream().map(this::word).toList(),
                hypothesis.score(),
                hypothesis.ended() ? Caption.Finish.END : Caption.Finish.LENGTH);
    }

    private Caption.Word word(Hypothesis.Token token) {
        float[] weights = new float[grid.rows() * grid.columns()];
        System.arraycopy(token.attention(), grid.leading(), weights, 0, weights.length);
        return new Caption.Word(
                vocabulary.word(token.id()),
                token.logProbability(),
                new AttentionMap(grid.rows(), grid.columns(), weights));
    }

    @Override
    public GenerationOptions options() {
        return options;
    }

    @Override
    public String modelId() {
        return modelId;
    }

    @Override
    public void close() {
        batcher.close();
        searches.close();
        guide.close();
    }
}
