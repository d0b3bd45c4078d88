package io.captioner.search;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * GPT-2 without a picture, for the tables that {@code generate} made with it: every step computes all P positions anew, which is enough for a
 * dozen words.
 *
 * @param width E
 * @param positions P
 */
record TinyGpt2(int width, int layers, int heads, int positions) implements DecoderArchitecture {
    @Override
    public Decoder bind(Parameters parameters, int featureSize, int vocabularySize) {
        Parameters p = parameters.scope("transformer");
        Tensor words = p.parameter("wte.weight", Shape.of(vocabularySize, width), Initializer.constant(0));
        return new Decoder() {
            @Override
            public State start(Tensor features) {
                Algebra algebra = features.algebra();
                Tensor none = features.times(0f).to(DType.INT64); // (N, 1, 1)
                return new State(
                        List.of(), List.of(none.plus(algebra.range(positions).times(algebra.scalar(0L))), none));
            }

            @Override
            public Step step(Tensor tokens, State state) {
                Algebra algebra = tokens.algebra();
                Tensor count = state.perRow().get(1); // (N, R, 1)
                Tensor here = algebra.range(positions).equalTo(count); // (N, R, P)
                Tensor ids = here.choose(tokens.expandDims(2), state.perRow().get(0)); // (N, R, P)
                Tensor x = words.rows(ids)
                        .plus(p.parameter("wpe.weight", Shape.of(positions, width), Initializer.constant(0)));
                for (int layer = 0; layer < layers; layer++) {
                    Parameters block = p.scope("h." + layer);
                    x = x.plus(attention(block.scope("attn"), norm(block, "ln_1", x)));
                    Tensor inner = conv(block, "mlp.c_fc", norm(block, "ln_2", x), 4 * width, width);
                    // gelu in its tanh form
                    Tensor cube = inner.times(inner).times(inner).times(0.044715f);
                    Tensor gelu = inner.plus(cube)
                            .times((float) Math.sqrt(2 / Math.PI))
                            .tanh()
                            .plus(1f)
                            .times(inner.times(0.5f));
                    x = x.plus(conv(block, "mlp.c_proj", gelu, width, 4 * width));
                }
                Tensor last = here.to(DType.FLOAT32)
                        .expandDims(2)
                        .matmul(norm(p, "ln_f", x))
                        .squeeze(2); // (N, R, E)
                Tensor alpha = last.slice(2, 0, 1).times(0f).plus(1f); // (N, R, 1)
                return new Step(
                        last.linear(words, null), state.withRows(List.of(ids, count.plus(algebra.scalar(1L)))), alpha);
            }
        };
    }

    private Tensor attention(Parameters p, Tensor x) {
        int size = width / heads;
        List<Tensor> parts = conv(p, "c_attn", x, 3 * width, width).split(3, 3).stream()
                .map(t -> t.reshape(0, 0, positions, heads, size).transpose(0, 1, 3, 2, 4)) // (N, R, H, P, E / H)
                .toList();
        Tensor scores =
                parts.get(0).matmul(parts.get(1).transpose(0, 1, 2, 4, 3)).times((float) (1 / Math.sqrt(size)));
        Tensor context = scores.plus(x.algebra().constant(causal())).softmax(-1).matmul(parts.get(2));
        return conv(p, "c_proj", context.transpose(0, 1, 3, 2, 4).reshape(0, 0, positions, width), width, width);
    }

    private HostTensor causal() {
        float[] mask = new float[positions * positions];
        for (int i = 0; i < positions; i++) {
            Arrays.fill(mask, i * positions + i + 1, (i + 1) * positions, -1e9f);
        }
        return HostTensor.ofFloats(Shape.of(positions, positions), mask);
    }

    private static Tensor conv(Parameters p, String name, Tensor x, int out, int in) {
        return x.matmul(p.parameter(name + ".weight", Shape.of(in, out), Initializer.constant(0)))
                .plus(p.parameter(name + ".bias", Shape.of(out), Initializer.constant(0)));
    }

    private Tensor norm(Parameters p, String name, Tensor x) {
        return x.layerNorm(
                p.parameter(name + ".weight", Shape.of(width), Initializer.constant(0)),
                p.parameter(name + ".bias", Shape.of(width), Initializer.constant(0)),
                1e-5f);
    }
}
