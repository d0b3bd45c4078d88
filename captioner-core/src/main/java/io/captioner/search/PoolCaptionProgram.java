package io.captioner.search;

import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * {@link CaptionProgram} with the beam search of Hugging Face's {@code generate}, and with words that each caption begins with: for models
 * that come from there. Greedy search is width 1 with early stopping.
 *
 * <p>Inputs: those of {@link CaptionProgram}, {@code length_penalty} FLOAT32, {@code early_stopping} INT64 0 or 1, {@code forced} INT64
 * (T), the ids to begin with and then -1. Outputs: {@code tokens}, {@code parents}, {@code scores}, {@code log_probabilities} of 2 K candidates
 * (T, N, 2 K), {@code attention} (T, N, 2 K, L), {@code running} (T, N, K), {@code open} (T, N, 1); {@link PoolTrace} reads them.
 *
 * @param captions the parts
 */
public record PoolCaptionProgram(CaptionProgram captions) implements Program {
    public PoolCaptionProgram {
        if (captions.latentSize() > 0) {
            throw new OptionException("the decoder writes from a latent of " + captions.latentSize()
                    + " numbers, which Hugging Face's search does not know; give the model a Vocabulary");
        }
    }

    @Override
    public List<Port> inputs() {
        List<Port> inputs = new ArrayList<>(captions.inputs());
        inputs.add(new Port("length_penalty", DType.FLOAT32, Shape.of()));
        inputs.add(new Port("early_stopping", DType.INT64, Shape.of()));
        inputs.add(new Port("forced", DType.INT64, Shape.of(Shape.UNKNOWN)));
        return inputs;
    }

    @Override
    public List<String> outputs() {
        return List.of("tokens", "parents", "scores", "log_probabilities", "attention", "running", "open");
    }

    @Override
    public Computation bind(Parameters parameters) {
        CaptionProgram.Parts parts = captions.parts(parameters);
        PoolSearch search = new PoolSearch(
                parts.decoder(),
                captions.vocabularySize(),
                captions.special().start(),
                captions.special().end());
        return inputs -> search.search(
                parts.encoder().encode(inputs.get(0)),
                new PoolSearch.Settings(
                        inputs.get(1),
                        inputs.get(2),
                        inputs.get(3),
                        inputs.get(4),
                        inputs.get(5).to(DType.BOOL),
                        inputs.get(6)));
    }

    /**
     * The inputs of a call.
     *
     * @param source pixels or features of N pictures
     * @param options how to search; the words of the prefix count
     * @param early whether as many finished captions as the beam is wide are enough
     * @param forbidden ids of words never to write
     * @param prefix ids of words to begin with
     */
    public List<HostTensor> inputs(
            HostTensor source,
            GenerationOptions options,
            boolean early,
            Collection<Integer> forbidden,
            List<Integer> prefix) {
        if (2 * options.beamWidth() > captions.vocabularySize()) {
            throw new OptionException("beam width is " + options.beamWidth()
                    + "; it must be at most half of the model's " + captions.vocabularySize() + " words");
        }
        if (prefix.size() >= options.maxLength()) {
            throw new OptionException("the words to begin with are " + prefix.size()
                    + "; they must be fewer than the maximum length, " + options.maxLength());
        }
        List<HostTensor> inputs = new ArrayList<>(captions.inputs(source, options, forbidden));
        int turns = maxTokens(options);
        inputs.set(2, HostTensor.scalar((long) turns));
        inputs.add(HostTensor.scalar((float) options.lengthPenalty()));
        inputs.add(HostTensor.scalar(early || options.beamWidth() == 1 ? 1L : 0L));
        long[] forced = new long[turns];
        Arrays.fill(forced, -1);
        for (int i = 0; i < prefix.size(); i++) {
            forced[i] = prefix.get(i);
        }
        inputs.add(HostTensor.ofLongs(Shape.of(turns), forced));
        return inputs;
    }

    /** Turns at most: here the end counts among the words, as Hugging Face counts. */
    static int maxTokens(GenerationOptions options) {
        return Math.max(2, options.maxLength());
    }
}
