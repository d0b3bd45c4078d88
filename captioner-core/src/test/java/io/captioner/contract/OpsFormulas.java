package io.captioner.contract;

import com.google.gson.JsonObject;
import io.captioner.fixtures.Fixtures;
import io.captioner.model.TransformerDecoder;
import io.captioner.nn.Algebra;
import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The formula of each operation case of the fixtures, written over the algebra. */
final class OpsFormulas {
    private final Fixtures.Case fixture;
    private final JsonObject hyper;
    private final Algebra algebra;
    private final Function<String, Tensor> operands;

    private OpsFormulas(Fixtures.Case fixture, Algebra algebra, Function<String, Tensor> operands) {
        this.fixture = fixture;
        this.algebra = algebra;
        this.hyper = fixture.hyper();
        this.operands = operands;
    }

    /**
     * The outputs by name.
     *
     * @param operands the tensors of the keys {@code in.x} and {@code param.weight}
     */
    static Map<String, Tensor> apply(Fixtures.Case fixture, Algebra algebra, Function<String, Tensor> operands) {
        return new OpsFormulas(fixture, algebra, operands).outputs();
    }

    private Map<String, Tensor> outputs() {
        String name = fixture.name();
        if (name.startsWith("conv2d")) {
            return y(x().conv2d(param("weight"), optional("bias"), convolution()));
        } else if (name.startsWith("conv_transpose2d")) {
            return y(transposedConvolution());
        } else if (name.startsWith("batch_norm")) {
            return y(x().batchNorm(
                            in("running_mean"),
                            in("running_var"),
                            param("weight"),
                            param("bias"),
                            number("eps"),
                            number("momentum")));
        } else if (name.startsWith("layer_norm")) {
            return y(x().layerNorm(param("weight"), param("bias"), number("eps")));
        } else if (name.startsWith("linear")) {
            return y(x().linear(param("weight"), optional("bias")));
        } else if (name.startsWith("embedding")) {
            return y(param("weight").rows(in("ids")));
        } else if (name.startsWith("sinusoid")) {
            return y(algebra.constant(TransformerDecoder.sinusoids(integer("length"), integer("dim"))));
        } else if (name.startsWith("max_pool")) {
            return y(x().maxPool2d(integer("kernel"), integer("stride"), integer("padding")));
        } else if (name.startsWith("adaptive_avg_pool")) {
            var to = hyper.getAsJsonArray("output");
            return y(x().adaptiveAvgPool2d(to.get(0).getAsInt(), to.get(1).getAsInt()));
        } else if (name.startsWith("softmax") || name.startsWith("log_softmax")) {
            return y(softmax());
        } else if (name.startsWith("sdpa")) {
            return y(attend(in("q"), in("k"), in("v")).get(0));
        } else if (name.startsWith("mha")) {
            return multiHead();
        } else if (name.startsWith("rnn_cell")) {
            Tensor sum = gates("x", "weight_ih", "bias_ih").plus(gates("h", "weight_hh", "bias_hh"));
            return Map.of("h", text("nonlinearity").equals("relu") ? sum.relu() : sum.tanh());
        } else if (name.matches("lstm_.layer.*")) {
            return lstm();
        } else if (name.startsWith("cross_entropy")) {
            return Map.of("loss", crossEntropy());
        } else if (name.startsWith("bce_with_logits")) {
            return Map.of("loss", binaryCrossEntropy());
        }
        return switch (name) {
            case "avg_pool_2x2" -> y(x().avgPool2d(2, 2));
            case "gelu_erf" -> y(x().gelu());
            // x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
            case "gelu_tanh" ->
                y(x().times(0.5f)
                        .times(x().times(x())
                                .times(x())
                                .times(0.044715f)
                                .plus(x())
                                .times((float) Math.sqrt(2 / Math.PI))
                                .tanh()
                                .plus(1f)));
            case "sigmoid" -> y(x().sigmoid());
            case "tanh" -> y(x().tanh());
            case "relu" -> y(x().relu());
            // by two ReLUs, because the gradient is 0 at both ends
            case "relu6" -> y(x().relu().negate().plus(6f).relu().negate().plus(6f));
            case "silu" -> y(x().times(x().sigmoid()));
            case "softplus" -> y(softplus(x()));
            case "lstm_cell" -> lstmCell();
            case "gru_cell" -> Map.of("h", gruCell());
            case "kl_gaussian" -> divergence();
            case "reparameterise" ->
                Map.of("z", in("mu").plus(in("logvar").times(0.5f).exp().times(in("epsilon"))));
            default -> throw new IllegalArgumentException("no formula for " + fixture);
        };
    }

    // convolution
    // ------------------------------------------------------------------------------------------------------

    private Convolution convolution() {
        return hyper.has("padding")
                ? Convolution.of(integer("stride"), integer("padding")).grouped(integer("groups"))
                : new Convolution(
                        integer("stride"),
                        integer("pad_top"),
                        integer("pad_left"),
                        integer("pad_bottom"),
                        integer("pad_right"),
                        integer("groups"));
    }

    /** A convolution of x with stride - 1 zeros between its elements, by the kernel turned round, of (out, in / groups, kh, kw). */
    private Tensor transposedConvolution() {
        int stride = integer("stride");
        int kernel = integer("kernel");
        int groups = integer("groups");
        int before = kernel - 1 - integer("padding");
        int after = before + integer("output_padding");
        long in = x().dim(1);
        Tensor spread = spread(spread(x(), 2, stride), 3, stride);
        Tensor weight = param("weight"); // (in, out / groups, k, k)
        weight = turned(turned(weight, 2), 3)
                .reshape(groups, in / groups, -1, kernel, kernel)
                .transpose(0, 2, 1, 3, 4)
                .reshape(-1, in / groups, kernel, kernel);
        return spread.conv2d(weight, param("bias"), new Convolution(1, before, before, after, after, groups));
    }

    /** stride - 1 zeros between the elements along an axis. */
    private static Tensor spread(Tensor x, int axis, int stride) {
        Tensor apart = x.expandDims(axis + 1);
        List<Tensor> pieces = new ArrayList<>(List.of(apart));
        for (int i = 1; i < stride; i++) {
            pieces.add(apart.times(0f));
        }
        long extent = x.dim(axis);
        long[] dims = x.shape().toArray();
        dims[axis] = extent * stride;
        return x.algebra().concat(axis + 1, pieces).reshape(dims).slice(axis, 0, (extent - 1) * stride + 1);
    }

    private static Tensor turned(Tensor x, int axis) {
        List<Tensor> slices = new ArrayList<>(x.split(axis, (int) x.dim(axis)));
        Collections.reverse(slices);
        return x.algebra().concat(axis, slices);
    }

    // softmax and attention
    // --------------------------------------------------------------------------------------------

    private Tensor softmax() {
        int axis = hyper.has("axis") ? integer("axis") : -1;
        Tensor x = x();
        if (fixture.tensors().containsKey("in.mask")) {
            boolean finite = fixture.name().equals("softmax_fully_masked_row");
            x = masked(in("mask").to(DType.BOOL), x, finite ? -Float.MAX_VALUE : Float.NEGATIVE_INFINITY);
        }
        return fixture.name().startsWith("log_") ? x.logSoftmax(axis) : x.softmax(axis);
    }

    private static Tensor masked(Tensor mask, Tensor x, float with) {
        return mask.choose(x.algebra().scalar(with), x);
    }

    /** softmax(q k^T / sqrt(d) + mask) v and the softmax; (B, heads, T, d). */
    private List<Tensor> attend(Tensor q, Tensor k, Tensor v) {
        Tensor scores = q.matmul(k.transpose(0, 1, 3, 2)).times((float) (1 / Math.sqrt(q.dim(3))));
        int queries = (int) q.dim(2);
        int keys = (int) k.dim(2);
        Algebra algebra = q.algebra();
        String mask = fixture.name();
        if (mask.endsWith("_causal")) {
            Tensor later = algebra.range(queries).expandDims(1).lessThan(algebra.range(keys)); // (Tq, Tk)
            scores = masked(later, scores, Float.NEGATIVE_INFINITY);
        } else if (mask.endsWith("_padding")) {
            Tensor beyond = algebra.range(keys)
                    .lessThan(in("key_lengths").expandDims(1))
                    .not(); // (B, Tk)
            scores = masked(beyond.reshape(0, 1, 1, -1), scores, Float.NEGATIVE_INFINITY);
        }
        Tensor alpha = scores.softmax(-1);
        return List.of(alpha.matmul(v), alpha);
    }

    private Map<String, Tensor> multiHead() {
        Tensor q = in("q");
        Tensor kv = fixture.tensors().containsKey("in.kv") ? in("kv") : q;
        List<Tensor> weights = fixture.tensors().containsKey("param.in_proj_weight")
                ? param("in_proj_weight").split(0, 3)
                : List.of(param("q_proj_weight"), param("k_proj_weight"), param("v_proj_weight"));
        List<Tensor> biases = param("in_proj_bias").split(0, 3);
        int heads = integer("num_heads");
        List<Tensor> attended = attend(
                heads(q.linear(weights.get(0), biases.get(0)), heads),
                heads(kv.linear(weights.get(1), biases.get(1)), heads),
                heads(kv.linear(weights.get(2), biases.get(2)), heads));
        Tensor joined = attended.get(0).transpose(0, 2, 1, 3).reshape(0, 0, -1); // (B, T, E)
        return Map.of("y", joined.linear(param("out_proj.weight"), param("out_proj.bias")), "weights", attended.get(1));
    }

    /** (B, T, E) to (B, heads, T, E / heads). */
    private static Tensor heads(Tensor x, int heads) {
        return x.reshape(0, 0, heads, -1).transpose(0, 2, 1, 3);
    }

    // recurrent cells
    // --------------------------------------------------------------------------------------------------

    private Tensor gates(String input, String weight, String bias) {
        return in(input).linear(param(weight), param(bias));
    }

    private Map<String, Tensor> lstmCell() {
        Tensor sum = gates("x", "weight_ih", "bias_ih").plus(gates("h", "weight_hh", "bias_hh"));
        List<Tensor> next = lstmStep(sum, in("c"));
        return Map.of("h", next.get(0), "c", next.get(1));
    }

    /** c' = s(f) c + s(i) tanh(g); h' = s(o) tanh(c'). */
    private static List<Tensor> lstmStep(Tensor sum, Tensor c) {
        List<Tensor> gate = sum.split(-1, 4);
        Tensor cell = gate.get(1)
                .sigmoid()
                .times(c)
                .plus(gate.get(0).sigmoid().times(gate.get(2).tanh()));
        return List.of(gate.get(3).sigmoid().times(cell.tanh()), cell);
    }

    /** r = s(x_r + h_r); z = s(x_z + h_z); n = tanh(x_n + r h_n); h' = (1 - z) n + z h. */
    private Tensor gruCell() {
        List<Tensor> a = gates("x", "weight_ih", "bias_ih").split(-1, 3);
        List<Tensor> b = gates("h", "weight_hh", "bias_hh").split(-1, 3);
        Tensor r = a.get(0).plus(b.get(0)).sigmoid();
        Tensor z = a.get(1).plus(b.get(1)).sigmoid();
        Tensor n = a.get(2).plus(r.times(b.get(2))).tanh();
        return z.negate().plus(1f).times(n).plus(z.times(in("h")));
    }

    private Map<String, Tensor> lstm() {
        Tensor sequence = x(); // (N, T, D)
        Algebra algebra = sequence.algebra();
        List<Tensor> lastH = new ArrayList<>();
        List<Tensor> lastC = new ArrayList<>();
        for (int layer = 0; layer < integer("layers"); layer++) {
            Shape zeros = Shape.of(sequence.dim(0), integer("hidden"));
            Tensor h = algebra.constant(HostTensor.allocate(DType.FLOAT32, zeros));
            Tensor c = h;
            Tensor sums = sequence.linear(param("weight_ih_l" + layer), param("bias_ih_l" + layer));
            List<Tensor> steps = new ArrayList<>();
            for (int t = 0; t < sequence.dim(1); t++) {
                Tensor sum = sums.slice(1, t, t + 1)
                        .squeeze(1)
                        .plus(h.linear(param("weight_hh_l" + layer), param("bias_hh_l" + layer)));
                List<Tensor> next = lstmStep(sum, c);
                h = next.get(0);
                c = next.get(1);
                steps.add(h);
            }
            sequence = algebra.stack(1, steps);
            lastH.add(h);
            lastC.add(c);
        }
        return Map.of("y", sequence, "h_n", algebra.stack(0, lastH), "c_n", algebra.stack(0, lastC));
    }

    // losses
    // -----------------------------------------------------------------------------------------------------------

    /** Per word (1 - s) (-log p[target]) + s mean over V of (-log p), over the words that are not padding. */
    private Tensor crossEntropy() {
        float smoothing = number("label_smoothing");
        Tensor targets = in("targets"); // (N, T)
        Tensor logP = in("logits").logSoftmax(-1); // (N, T, V)
        Tensor word = logP.gather(-1, targets.expandDims(-1)).squeeze(-1).negate();
        Tensor all = logP.mean(false, -1).negate();
        Tensor real = targets.equalTo(targets.algebra().scalar((long) integer("ignore_index")))
                .not()
                .to(DType.FLOAT32);
        Tensor sum =
                word.times(1 - smoothing).plus(all.times(smoothing)).times(real).sum(false);
        return text("reduction").equals("mean") ? sum.dividedBy(real.sum(false)) : sum;
    }

    /** Mean of w t softplus(-x) + (1 - t) softplus(x). */
    private Tensor binaryCrossEntropy() {
        float weight = hyper.get("pos_weight").isJsonNull() ? 1 : number("pos_weight");
        Tensor t = in("targets");
        return t.times(softplus(x().negate()))
                .times(weight)
                .plus(t.negate().plus(1f).times(softplus(x())))
                .mean(false);
    }

    /** log(1 + exp(x)) = -log(softmax([x, 0])) of the second, which does not overflow. */
    private static Tensor softplus(Tensor x) {
        return x.algebra()
                .stack(-1, List.of(x, x.times(0f)))
                .logSoftmax(-1)
                .slice(-1, 1, 2)
                .squeeze(-1)
                .negate();
    }

    /** KL(N(mu, exp(logvar)) || N(0, 1)) = -1/2 sum of (1 + logvar - mu^2 - exp(logvar)). */
    private Map<String, Tensor> divergence() {
        Tensor mu = in("mu");
        Tensor logvar = in("logvar");
        Tensor rows = logvar.plus(1f)
                .minus(mu.times(mu))
                .minus(logvar.exp())
                .sum(false, -1)
                .times(-0.5f);
        return Map.of("per_row", rows, "loss", rows.mean(false));
    }

    // parts
    // ------------------------------------------------------------------------------------------------------------

    private static Map<String, Tensor> y(Tensor y) {
        return Map.of("y", y);
    }

    private Tensor x() {
        return in("x");
    }

    private Tensor in(String name) {
        return operands.apply("in." + name);
    }

    private Tensor param(String name) {
        return operands.apply("param." + name);
    }

    private @Nullable Tensor optional(String name) {
        return fixture.tensors().containsKey("param." + name) ? param(name) : null;
    }

    private int integer(String name) {
        return hyper.get(name).getAsInt();
    }

    private float number(String name) {
        return hyper.get(name).getAsFloat();
    }

    private String text(String name) {
        return hyper.get(name).getAsString();
    }
}
