package io.captioner.djl;

import io.captioner.nn.Algebra;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The training loss of an attention LSTM (Xu et al. 2015), written as its equations: what a session is tested and measured with.
 *
 * @param dropout of the hidden state before the vocabulary
 */
record AttentionLstm(int words, int embedding, int hidden, int attention, int features, float dropout) {
    /** Inputs: features (N, L, D), captions (N, T). Outputs: loss. */
    Program trainingLoss(int images, int places, int steps) {
        return Programs.of(
                List.of(
                        Programs.floats("features", images, places, features),
                        Programs.longs("captions", images, steps)),
                1,
                this::bind);
    }

    private Program.Computation bind(Parameters p) {
        Linear fromFeatures = Linear.of(p, "attention.encoder_att", features, attention);
        Linear fromHidden = Linear.of(p, "attention.decoder_att", hidden, attention);
        Linear score = Linear.of(p, "attention.full_att", attention, 1);
        Tensor table = p.parameter("embedding.weight", Shape.of(words, embedding), Initializer.uniform(0.1f));
        Linear input = Linear.cell(p, "ih", embedding + features, hidden);
        Linear recurrent = Linear.cell(p, "hh", hidden, hidden);
        Linear initH = Linear.of(p, "init_h", features, hidden);
        Linear initC = Linear.of(p, "init_c", features, hidden);
        Linear gate = Linear.of(p, "f_beta", hidden, features);
        Linear output = Linear.of(p, "fc", hidden, words);
        // W_ih [x; z] = W_x x + W_z z: the part of the words is one product for all of them
        Tensor fromWord = input.weight.slice(1, 0, embedding); // (4H, E)
        Tensor fromContext = input.weight.slice(1, embedding, embedding + features); // (4H, D)
        return inputs -> {
            Tensor grid = inputs.get(0);
            Tensor captions = inputs.get(1);
            int steps = (int) captions.dim(1) - 1;
            Algebra algebra = p.algebra();
            Tensor keys = fromFeatures.apply(grid); // (N, L, A)
            Tensor mean = grid.mean(false, 1);
            Tensor h = initH.apply(mean);
            Tensor c = initC.apply(mean);
            Tensor words = table.rows(captions.slice(1, 0, steps)).linear(fromWord, input.bias); // (N, T, 4H)
            List<Tensor> hs = new ArrayList<>();
            List<Tensor> alphas = new ArrayList<>();
            for (int t = 0; t < steps; t++) {
                // alpha = softmax(v . relu(W_f a_i + W_h h))      z = sigmoid(f_beta h) * sum_i alpha_i a_i
                Tensor energy = score.apply(
                                keys.plus(fromHidden.apply(h).expandDims(1)).relu())
                        .squeeze(-1);
                Tensor alpha = energy.softmax(-1);
                Tensor context = alpha.expandDims(1)
                        .matmul(grid)
                        .squeeze(1)
                        .times(gate.apply(h).sigmoid());
                // i, f, g, o
                List<Tensor> gates = words.slice(1, t, t + 1)
                        .squeeze(1)
                        .plus(context.linear(fromContext, null))
                        .plus(recurrent.apply(h))
                        .split(1, 4);
                c = gates.get(1)
                        .sigmoid()
                        .times(c)
                        .plus(gates.get(0).sigmoid().times(gates.get(2).tanh()));
                h = gates.get(3).sigmoid().times(c.tanh());
                hs.add(h);
                alphas.add(alpha);
            }
            Tensor logits = output.apply(algebra.stack(1, hs).dropout(dropout)); // (N, T, V)
            Tensor targets = captions.slice(1, 1, steps + 1).expandDims(2);
            Tensor crossEntropy =
                    logits.logSoftmax(-1).gather(2, targets).mean(false).negate();
            Tensor attended = algebra.stack(1, alphas).sum(false, 1).minus(1f); // (N, L)
            return List.of(crossEntropy.plus(attended.times(attended).mean(false)));
        };
    }

    record Linear(Tensor weight, Tensor bias) {
        static Linear of(Parameters p, String name, int in, int out) {
            Initializer initializer = Initializer.fanIn(in);
            return new Linear(
                    p.scope(name).parameter("weight", Shape.of(out, in), initializer),
                    p.scope(name).parameter("bias", Shape.of(out), initializer));
        }

        static Linear cell(Parameters p, String part, int in, int hidden) {
            Initializer initializer = Initializer.fanIn(hidden);
            return new Linear(
                    p.parameter("decode_step.weight_" + part, Shape.of(4L * hidden, in), initializer),
                    p.parameter("decode_step.bias_" + part, Shape.of(4L * hidden), initializer));
        }

        Tensor apply(Tensor x) {
            return x.linear(weight, bias);
        }
    }
}
