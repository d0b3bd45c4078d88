package io.captioner.reference;

import io.captioner.nn.Shape;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** What looks at all elements along axes; these have extent 1 in the shape {@code kept}. */
final class Reductions {
    private Reductions() {}

    static double[] sums(ReferenceTensor x, Shape kept) {
        int[] target = Positions.sources(kept, x.shape()); // where each element of x is added
        double[] sums = new double[(int) kept.size()];
        for (int i = 0; i < target.length; i++) {
            sums[target[i]] += x.data()[i];
        }
        return sums;
    }

    static double[] largest(ReferenceTensor x, Shape kept) {
        int[] target = Positions.sources(kept, x.shape());
        double[] largest = new double[(int) kept.size()];
        Arrays.fill(largest, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < target.length; i++) {
            largest[target[i]] = Math.max(largest[target[i]], x.data()[i]);
        }
        return largest;
    }

    /** x - max - log(sum(exp(x - max))), not rounded. */
    static double[] logSoftmax(ReferenceTensor x, Shape kept) {
        double[] data = x.data();
        int[] group = Positions.sources(kept, x.shape());
        double[] largest = largest(x, kept);
        double[] sum = new double[largest.length];
        for (int i = 0; i < data.length; i++) {
            sum[group[i]] += Math.exp(data[i] - largest[group[i]]);
        }
        return IntStream.range(0, data.length)
                .mapToDouble(i -> data[i] - largest[group[i]] - Math.log(sum[group[i]]))
                .toArray();
    }

    /** Where the largest elements of each row along the last axis lie, the largest first, of equal ones the earlier. */
    static int[] largestPlaces(ReferenceTensor x, int count) {
        double[] data = x.data();
        int extent = (int) x.dim(-1);
        return IntStream.range(0, data.length / extent)
                .flatMap(row -> IntStream.range(row * extent, (row + 1) * extent)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer place) -> -data[place])) // stable
                        .limit(count)
                        .mapToInt(Integer::intValue))
                .toArray();
    }
}
