package io.captioner.model;

import io.captioner.nn.Algebra;
import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.LogitsRule;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder that heeds a rule of one's own about the next word. The rule comes before those of the search, and has no part in training. The
 * weights are those of the decoder.
 *
 * @param decoder that writes
 * @param rule over its logits
 */
public record RuledDecoder(DecoderArchitecture decoder, LogitsRule rule) implements DecoderArchitecture {
    @Override
    public int maxTokens() {
        return decoder.maxTokens();
    }

    @Override
    public Decoder bind(Parameters parameters, int featureSize, int vocabularySize) {
        return new Ruled(decoder.bind(parameters, featureSize, vocabularySize), rule);
    }

    /** The first tensor of its rows: a place that holds no word, which gives the words their shape, and the words so far (N, R, 1 + T). */
    private record Ruled(Decoder decoder, LogitsRule rule) implements Decoder {
        @Override
        public State start(Tensor features) {
            Algebra algebra = features.algebra();
            Tensor any = features.slice(1, 0, 1).slice(2, 0, 1); // (N, 1, 1)
            Tensor none = algebra.scalar(-1L).reshape(1, 1, 1).expandAs(any);
            return joined(none, decoder.start(features));
        }

        @Override
        public Step step(Tensor tokens, State state) {
            List<Tensor> rows = state.perRow();
            Tensor words = tokens.algebra().concat(2, List.of(rows.get(0), tokens.expandDims(2))); // (N, R, 1 + T)
            Step step = decoder.step(tokens, state.withRows(rows.subList(1, rows.size())));
            Tensor logits = rule.apply(step.logits(), words.slice(2, 1, Long.MAX_VALUE));
            return new Step(logits, joined(words, step.next()), step.alpha());
        }

        @Override
        public Rollout teacherForced(Tensor features, Tensor captions) {
            return decoder.teacherForced(features, captions);
        }

        private static State joined(Tensor words, State state) {
            List<Tensor> rows = new ArrayList<>(List.of(words));
            rows.addAll(state.perRow());
            return state.withRows(rows);
        }
    }
}
