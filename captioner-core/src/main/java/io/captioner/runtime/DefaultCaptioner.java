package io.captioner.runtime;

import io.captioner.AttentionMap;
import io.captioner.Batching;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.CaptionerException;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.OptionException;
import io.captioner.image.ImageTransform;
import io.captioner.nn.EncoderArchitecture.Grid;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.pack.ModelPackage;
import io.captioner.search.BeamTrace;
import io.captioner.search.CaptionProgram;
import io.captioner.search.Hypothesis;
import io.captioner.search.Request;
import io.captioner.spi.BackendProvider;
import io.captioner.spi.CaptionerSettings;
import io.captioner.text.Tokenizer;
import io.captioner.text.Vocabulary;
import java.util.List;
import java.util.Optional;
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
    private final Searches searches;
    private final @Nullable PoolCaptions pool;
    private final Batcher batcher;

    private DefaultCaptioner(
            ModelPackage model,
            GenerationOptions options,
            CaptionProgram program,
            Batching batching,
            Function<Program, Executable> compiler) {
        this.modelId = model.id();
        this.transform = model.transform();
        this.vocabulary = model.vocabulary();
        this.grid = model.architecture().encoder().grid(transform.height(), transform.width());
        this.options = options;
        this.maxTokens = model.architecture().decoder().maxTokens();
        requireRoom(options);
        Request.of(options, vocabulary); // refuses words that the model does not know
        // A model of Hugging Face's writes what it writes there only when it is searched as there.
        boolean pooled = !(vocabulary instanceof Vocabulary);
        this.pool = pooled ? new PoolCaptions(program, compiler::apply) : null;
        this.searches = new Searches(program, compiler::apply);
        if (!pooled || !options.plain()) {
            searches.prepare(options);
        }
        this.batcher = new Batcher(batching, (pictures, wanted) -> captions(transform.batch(pictures), wanted));
    }

    static DefaultCaptioner open(ModelPackage model, BackendProvider backend, CaptionerSettings settings) {
        GenerationOptions options = Optional.ofNullable(settings.generation()).orElse(model.generation());
        CaptionProgram program = CaptionProgram.fromPixels(
                        model.architecture(),
                        model.transform(),
                        model.vocabulary().size())
                .withSpecial(model.vocabulary().special());
        return new DefaultCaptioner(
                model,
                options,
                program,
                settings.batching(),
                wanted -> backend.compile(wanted, model.weights(), settings.device(), settings.threads()));
    }

    @Override
    public List<Caption> captionAll(List<ImageInput> images, GenerationOptions options) {
        if (images.isEmpty()) {
            return List.of();
        }
        requireRoom(options);
        return captions(transform.apply(images), options);
    }

    @Override
    public CompletableFuture<Caption> captionAsync(ImageInput image, GenerationOptions options) {
        try {
            requireRoom(options);
            Request.of(options, vocabulary); // a call that cannot succeed fails before it joins others
            return batcher.submit(transform.pixels(image), options);
        } catch (CaptionerException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private List<Caption> captions(HostTensor pixels, GenerationOptions options) {
        Request request = Request.of(options, vocabulary);
        return hypotheses(pixels, request).stream()
                .map(candidates -> caption(candidates, options))
                .toList();
    }

    private List<List<Hypothesis>> hypotheses(HostTensor pixels, Request request) {
        if (pool != null && request.options().plain()) {
            return pool.find(pixels, request.options(), request.forbidden(), List.of());
        }
        BeamTrace trace = new BeamTrace(
                searches.run(pixels, request), vocabulary.special().end());
        return IntStream.range(0, trace.images())
                .mapToObj(image -> trace.hypotheses(image, request))
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
        if (pool != null) {
            pool.close();
        }
        searches.close();
    }
}
