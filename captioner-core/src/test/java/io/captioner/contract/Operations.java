package io.captioner.contract;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Every operation of the algebra on several shapes. */
final class Operations extends OperationList {
    private Operations() {
        elementWise();
        randomBroadcasts();
        comparisons();
        reductions();
        forms();
        randomReshapes();
        lookUps();
    }

    static List<OperationCase> all() {
        return Stream.of(new Operations(), new LayerOperations())
                .flatMap(list -> list.cases().stream())
                .toList();
    }

    private void elementWise() {
        for (HostTensor[] pair : new HostTensor[][] {
            {floats(2, 3), floats(2, 3)},
            {floats(2, 3), floats(3)},
            {floats(2, 1, 4), floats(3, 1)},
            {floats(), floats(2, 2)},
            {floats(3), floats()},
            {floats(), floats()},
            {floats(1, 1), floats(2, 3, 1, 2)},
            {floats(2, 1, 2, 1, 3), floats(1, 2, 1, 2, 3)},
        }) {
            smooth("plus", x -> x.get(0).plus(x.get(1)), pair);
            smooth("minus", x -> x.get(0).minus(x.get(1)), pair);
            smooth("times", x -> x.get(0).times(x.get(1)), pair);
            smooth(
                    "dividedBy",
                    x -> x.get(0).dividedBy(x.get(1)),
                    pair[0],
                    positive(pair[1].shape().toArray()));
        }
        for (long[] shape : new long[][] {{}, {1}, {7}, {2, 3}, {2, 1, 3, 2, 2}}) {
            smooth("exp", x -> x.get(0).exp(), floats(shape));
            smooth("log", x -> x.get(0).log(), positive(shape));
            smooth("sqrt", x -> x.get(0).sqrt(), positive(shape));
            smooth("tanh", x -> x.get(0).tanh(), floats(shape));
            smooth("sigmoid", x -> x.get(0).sigmoid(), floats(shape));
            smooth("relu", x -> x.get(0).relu(), floats(shape));
            smooth("clamp", x -> x.get(0).clamp(-0.5f, 0.7f), floats(shape));
            smooth("erf", x -> x.get(0).erf(), floats(shape));
            smooth("gelu", x -> x.get(0).gelu(), floats(shape));
            smooth("negate", x -> x.get(0).negate(), floats(shape));
            smooth("with a number", x -> x.get(0).plus(2f).times(0.5f).minus(1f).dividedBy(3f), floats(shape));
        }
        HostTensor extremes = HostTensor.ofFloats(Shape.of(9), -100f, -20f, -6f, -1e-4f, 0f, 1e-4f, 6f, 20f, 100f);
        one("tanh of extremes", x -> x.get(0).tanh(), extremes);
        one("sigmoid of extremes", x -> x.get(0).sigmoid(), extremes);
        one("erf of extremes", x -> x.get(0).erf(), extremes);
        one("gelu of extremes", x -> x.get(0).gelu(), extremes);
        one("clamp of extremes", x -> x.get(0).clamp(0f, 6f), extremes);
        one("clamp to large numbers", x -> x.get(0).clamp(-1e30f, 1e30f), extremes);
        HostTensor a = HostTensor.ofLongs(Shape.of(2, 3), 0, 1, 2, 7, 40, 9_000_000_000L);
        HostTensor b = HostTensor.ofLongs(Shape.of(3), 5, -3, 100);
        one("plus of integers", x -> x.get(0).plus(x.get(1)), a, b);
        one("minus of integers", x -> x.get(0).minus(x.get(1)), a, b);
        one("times of integers", x -> x.get(0).times(x.get(1)), a, b);
        one("floorDividedBy", x -> x.get(0).floorDividedBy(7), a);
        one("floorDividedBy 1", x -> x.get(0).floorDividedBy(1), a);
        one("remainder", x -> x.get(0).remainder(7), a);
        one("integer with a number", x -> x.get(0).plus(x.get(0).algebra().scalar(3L)), a);
    }

    private void randomBroadcasts() {
        for (int i = 0; i < 12; i++) {
            int rank = 1 + random().nextInt(5);
            long[] left = new long[rank];
            long[] right = new long[rank];
            for (int axis = 0; axis < rank; axis++) {
                long extent = 1 + random().nextInt(3);
                left[axis] = random().nextInt(3) == 0 ? 1 : extent;
                right[axis] = random().nextInt(3) == 0 ? 1 : extent;
            }
            int dropped = random().nextInt(rank);
            long[] shorter = Arrays.copyOfRange(right, dropped, rank);
            smooth("broadcast", x -> x.get(0).times(x.get(1)).plus(x.get(1)), floats(left), floats(shorter));
            smooth("broadcast, swapped", x -> x.get(1).times(x.get(0)).minus(x.get(0)), floats(left), floats(shorter));
        }
    }

    private void comparisons() {
        HostTensor f = HostTensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 3, 2, Float.NEGATIVE_INFINITY);
        HostTensor g = HostTensor.ofFloats(Shape.of(3), 1, 3, 3);
        HostTensor i = HostTensor.ofLongs(Shape.of(2, 1), 1, 2);
        HostTensor j = HostTensor.ofLongs(Shape.of(3), 1, 2, 3);
        HostTensor p = HostTensor.ofBooleans(Shape.of(2, 2), true, true, false, false);
        HostTensor q = HostTensor.ofBooleans(Shape.of(2), true, false);
        one("equalTo of floats", x -> x.get(0).equalTo(x.get(1)), f, g);
        one("equalTo of integers", x -> x.get(0).equalTo(x.get(1)), i, j);
        one("equalTo of truth values", x -> x.get(0).equalTo(x.get(1)), p, q);
        one("lessThan of floats", x -> x.get(0).lessThan(x.get(1)), f, g);
        one("lessThan of integers", x -> x.get(0).lessThan(x.get(1)), i, j);
        one("and", x -> x.get(0).and(x.get(1)), p, q);
        one("or", x -> x.get(0).or(x.get(1)), p, q);
        one("not", x -> x.get(0).not(), p);
        one("any: some", x -> x.get(0).any(), p);
        one("any: none", x -> x.get(0).any(), HostTensor.ofBooleans(Shape.of(3), false, false, false));
        one("any of a scalar", x -> x.get(0).any(), HostTensor.ofBooleans(Shape.of(), true));
        one("choose floats", x -> x.get(0).choose(x.get(1), x.get(2)), p, floats(2, 2), floats(2));
        one("choose broadcasts all three", x -> x.get(0).choose(x.get(1), x.get(2)), q, floats(3, 1), floats());
        one("choose integers", x -> x.get(0).choose(x.get(1), x.get(2)), q, longs(2), longs(2, 1));
        one("choose truth values", x -> x.get(0).choose(x.get(1), x.get(0)), q, p);
        smooth(
                "choose by a comparison",
                x -> x.get(0).lessThan(x.get(1)).choose(x.get(0).times(2f), x.get(1)),
                floats(2, 3),
                floats(3));
        one(
                "choose minus infinity",
                x -> x.get(0).choose(x.get(0).algebra().scalar(Float.NEGATIVE_INFINITY), x.get(1)),
                q,
                floats(3, 2));
        for (DType to : DType.values()) {
            if (to != DType.UINT8) {
                one(
                        "floats to " + to,
                        x -> x.get(0).to(to),
                        HostTensor.ofFloats(Shape.of(5), -2.7f, -0.3f, 0f, 0.5f, 3.9f));
                one("integers to " + to, x -> x.get(0).to(to), HostTensor.ofLongs(Shape.of(3), -2, 0, 7));
                one("bytes to " + to, x -> x.get(0).to(to), HostTensor.ofBytes(Shape.of(3), (byte) 0, (byte) 7, (byte)
                        250));
                one("truth values to " + to, x -> x.get(0).to(to), p);
            }
        }
    }

    private void reductions() {
        int[][] axes = {{}, {0}, {-1}, {1}, {0, 2}, {-2, 0}, {0, 1, 2}};
        for (int[] over : axes) {
            for (boolean keep : new boolean[] {true, false}) {
                smooth("sum", x -> x.get(0).sum(keep, over), floats(2, 3, 4));
                smooth("mean", x -> x.get(0).mean(keep, over), floats(2, 3, 4));
            }
        }
        smooth("sum of a scalar", x -> x.get(0).sum(false), floats());
        smooth("mean over an axis of extent 1", x -> x.get(0).mean(false, 1), floats(2, 1));
        one("sum of integers", x -> x.get(0).sum(false, -1), longs(3, 4));
        one("sum of nothing", x -> x.get(0).slice(1, 0, 0).sum(false, 1), floats(2, 3));
        for (int axis : new int[] {0, 1, -1}) {
            for (boolean keep : new boolean[] {true, false}) {
                smooth("max", x -> x.get(0).max(keep, axis), floats(2, 3, 4));
            }
            smooth("softmax", x -> x.get(0).softmax(axis), floats(2, 3, 4));
            smooth("logSoftmax", x -> x.get(0).logSoftmax(axis), floats(2, 3, 4));
        }
        smooth("softmax of rank 5", x -> x.get(0).softmax(2), floats(2, 1, 3, 2, 2));
        smooth("softmax over one element", x -> x.get(0).softmax(-1), floats(3, 1));
        HostTensor large = HostTensor.ofFloats(Shape.of(2, 3), 90f, -90f, 89f, -1000f, -1001f, -1000f);
        one("softmax of large numbers", x -> x.get(0).softmax(-1), large);
        one("logSoftmax of large numbers", x -> x.get(0).logSoftmax(-1), large);
        HostTensor masked =
                HostTensor.ofFloats(Shape.of(2, 3), 1f, Float.NEGATIVE_INFINITY, 2f, Float.NEGATIVE_INFINITY, 0f, 1f);
        one("softmax with minus infinity", x -> x.get(0).softmax(-1), masked);
        one("logSoftmax with minus infinity", x -> x.get(0).logSoftmax(-1), masked);
        one("max with minus infinity", x -> x.get(0).max(false, -1), masked);
        for (long k : new long[] {1, 3, 7}) {
            many("topK " + k, x -> both(x.get(0).topK(x.get(1))), floats(2, 3, 7), HostTensor.scalar(k));
        }
        many("topK of one row", x -> both(x.get(0).topK(x.get(0).algebra().scalar(2L))), floats(5));
        many(
                "topK takes the lower index among equals",
                x -> both(x.get(0).topK(x.get(0).algebra().scalar(4L))),
                HostTensor.ofFloats(Shape.of(2, 6), 1, 3, 3, 2, 3, 2, 0, 0, 0, 0, 0, 0));
        many(
                "topK with minus infinity",
                x -> both(x.get(0).topK(x.get(0).algebra().scalar(3L))),
                HostTensor.ofFloats(Shape.of(1, 4), Float.NEGATIVE_INFINITY, 1, Float.NEGATIVE_INFINITY, -2));
    }

    private static List<Tensor> both(TopK top) {
        return List.of(top.values(), top.indices());
    }

    private void forms() {
        smooth("reshape", x -> x.get(0).reshape(6, 4), floats(2, 3, 4));
        smooth("reshape keeps and infers", x -> x.get(0).reshape(0, -1), floats(2, 3, 4));
        smooth("reshape of a scalar", x -> x.get(0).reshape(1, 1), floats());
        smooth("reshape to a scalar", x -> x.get(0).reshape(), floats(1, 1));
        one("reshape of integers", x -> x.get(0).reshape(-1), longs(2, 3));
        smooth("transpose", x -> x.get(0).transpose(1, 0), floats(2, 3));
        smooth("transpose of rank 4", x -> x.get(0).transpose(0, 2, 1, 3), floats(2, 3, 4, 2));
        smooth("transpose by negative axes", x -> x.get(0).transpose(0, -1, 1), floats(2, 3, 4));
        smooth("transpose, then reshape", x -> x.get(0).transpose(2, 0, 1).reshape(4, 6), floats(2, 3, 4));
        for (int axis : new int[] {0, 1, 2, -1, -2}) {
            smooth("expandDims", x -> x.get(0).expandDims(axis), floats(2, 3));
        }
        smooth("expandDims of a scalar", x -> x.get(0).expandDims(0), floats());
        smooth("squeeze", x -> x.get(0).squeeze(1), floats(2, 1, 3));
        smooth("squeeze the last", x -> x.get(0).squeeze(-1), floats(2, 1));
        smooth("slice", x -> x.get(0).slice(1, 1, 3), floats(2, 5));
        smooth("slice to the end", x -> x.get(0).slice(-1, 2, Long.MAX_VALUE), floats(2, 3, 5));
        smooth("slice from the end", x -> x.get(0).slice(0, -2, Long.MAX_VALUE), floats(4, 2));
        smooth("slice without the last", x -> x.get(0).slice(1, 0, -1), floats(2, 5));
        one("slice of nothing", x -> x.get(0).slice(1, 2, 2), floats(2, 5));
        one("slice of integers", x -> x.get(0).slice(1, 0, 1), longs(2, 5));
        one("slice of truth values", x -> x.get(0).slice(0, 1, 2), HostTensor.ofBooleans(Shape.of(2), false, true));
        smoothMany("split", x -> x.get(0).split(1, 4), floats(2, 8));
        smoothMany("split of the last axis", x -> x.get(0).split(-1, 2), floats(2, 3, 4));
        smoothMany("split into one", x -> x.get(0).split(0, 1), floats(2, 3));
        smooth("expand", x -> x.get(0).expand(-1, 4, 3), floats(2, 1, 3));
        one("expand of integers", x -> x.get(0).expand(5), longs(1));
        smooth("expandAs", x -> x.get(0).expandAs(x.get(1)).plus(x.get(1)), floats(1, 3), floats(4, 3));
        smooth("concat", x -> x.get(0).algebra().concat(1, x), floats(2, 3), floats(2, 1), floats(2, 2));
        smooth("concat along a negative axis", x -> x.get(0).algebra().concat(-2, x), floats(2, 3), floats(1, 3));
        smooth("concat of one", x -> x.get(0).algebra().concat(0, x), floats(2, 3));
        smooth("concat of one twice", x -> x.get(0).algebra().concat(0, List.of(x.get(0), x.get(0))), floats(2, 3));
        one("concat of integers", x -> x.get(0).algebra().concat(0, x), longs(2), longs(3));
        one(
                "concat with nothing",
                x -> x.get(0).algebra().concat(1, List.of(x.get(0).slice(1, 0, 0), x.get(1))),
                longs(2, 2),
                longs(2, 3));
        for (int axis : new int[] {0, 1, 2, -1}) {
            smooth("stack", x -> x.get(0).algebra().stack(axis, x), floats(2, 3), floats(2, 3));
        }
        one("stack of scalars", x -> x.get(0).algebra().stack(0, x), floats(), floats());
        one("range", x -> x.get(0).plus(x.get(0).algebra().range(4)), longs(3, 1));
        many(
                "constants",
                x -> {
                    Algebra algebra = x.get(0).algebra();
                    return List.of(
                            algebra.constant(HostTensor.ofFloats(Shape.of(2, 1), 1.5f, Float.POSITIVE_INFINITY)),
                            algebra.constant(HostTensor.ofLongs(Shape.of(2), Long.MAX_VALUE >> 12, -1)),
                            algebra.constant(HostTensor.ofBooleans(Shape.of(2), true, false)),
                            algebra.scalar(0.1f),
                            x.get(0));
                },
                floats(2));
        many("a result twice", x -> List.of(x.get(0).exp(), x.get(0), x.get(0)), floats(2));
    }

    private void randomReshapes() {
        for (int i = 0; i < 12; i++) {
            long[] factors = new long[1 + random().nextInt(4)];
            for (int f = 0; f < factors.length; f++) {
                factors[f] = 1 + random().nextInt(4);
            }
            HostTensor x = floats(factors);
            long[] wanted = factors.clone();
            for (int f = 0; f < wanted.length; f++) { // the same elements in another order of extents
                int other = random().nextInt(wanted.length);
                long swap = wanted[f];
                wanted[f] = wanted[other];
                wanted[other] = swap;
            }
            wanted[random().nextInt(wanted.length)] = -1;
            smooth("reshape", t -> t.get(0).reshape(wanted), x);
        }
    }

    private void lookUps() {
        smooth(
                "rows",
                x -> x.get(1).rows(x.get(0)),
                HostTensor.ofLongs(Shape.of(2, 3), 0, 4, 1, 1, 1, 3),
                floats(5, 2));
        smooth("rows at a scalar", x -> x.get(1).rows(x.get(0)), HostTensor.scalar(3L), floats(5, 2));
        smooth(
                "rows of a rank 3 table",
                x -> x.get(1).rows(x.get(0)),
                HostTensor.ofLongs(Shape.of(2), 2, 0),
                floats(3, 2, 2));
        one("rows of integers", x -> x.get(0).rows(x.get(1)), longs(4), HostTensor.ofLongs(Shape.of(2, 1), 3, 0));
        HostTensor beams = HostTensor.ofLongs(Shape.of(2, 4), 0, 0, 2, 1, 2, 2, 1, 0);
        smooth("gatherRows", x -> x.get(0).gatherRows(x.get(1)), floats(2, 3, 5), beams);
        smooth("gatherRows of rank 4", x -> x.get(0).gatherRows(x.get(1)), floats(2, 3, 2, 2), beams);
        one("gatherRows of rank 2", x -> x.get(0).gatherRows(x.get(1)), longs(2, 3), beams);
        one(
                "gatherRows of truth values",
                x -> x.get(0).gatherRows(x.get(1)),
                HostTensor.ofBooleans(Shape.of(1, 3), true, false, true),
                HostTensor.ofLongs(Shape.of(1, 2), 2, 1));
        smooth("gather", x -> x.get(0).gather(1, x.get(1)), floats(2, 3), beams);
        smooth(
                "gather along the last axis",
                x -> x.get(0).gather(-1, x.get(1)),
                floats(1, 2, 3),
                HostTensor.ofLongs(Shape.of(1, 2, 1), 2, 0));
        smooth(
                "gather along the first axis",
                x -> x.get(0).gather(0, x.get(1)),
                floats(3, 2),
                HostTensor.ofLongs(Shape.of(1, 2), 2, 0));
        one("gather of integers", x -> x.get(0).gather(1, x.get(1)), longs(2, 3), beams);
    }
}
