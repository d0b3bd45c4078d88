package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.ModelException;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
    private static Range range(float... values) {
        Histogram histogram = new Histogram();
        histogram.add(FloatBuffer.wrap(values), "x");
        return histogram.best();
    }

    private static float[] uniform(int count, float from, float to) {
        Random random = new Random(1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = from + random.nextFloat() * (to - from);
        }
        return values;
    }

    @Test
    void keepsTheWholeRangeOfEvenlySpreadValues() {
        Range range = range(uniform(10_000, -2, 6));
        assertThat(range.min()).isCloseTo(-2, within(0.1f));
        assertThat(range.max()).isCloseTo(6, within(0.1f));
    }

    @Test
    void cutsOffTheOddLargeValueWhereThatCostsLessThanCoarseSteps() {
        float[] values = uniform(2_000_000, -1, 1);
        values[0] = 20;
        Range range = range(values);
        assertThat(range.max()).isBetween(0.9f, 10f);
        assertThat(range.min()).isCloseTo(-1, within(0.1f));
    }

    @Test
    void beginsAtZeroWhereNothingIsNegative() {
        Range range = range(uniform(1000, 0, 6));
        assertThat(range.min()).isZero();
        assertThat(range.zero()).isZero();
    }

    @Test
    void grows() {
        Range range = range(1e-6f, 1e-3f, 1, 1000, 1e6f);
        assertThat(range.max()).isCloseTo(1e6f, within(2e4f));
    }

    @Test
    void holdsZerosInAnyRange() {
        assertThat(range(0, 0)).isEqualTo(new Range(0, 1));
        assertThat(range()).isEqualTo(new Range(0, 1));
    }

    @Test
    void refusesWhatIsNoNumber() {
        assertThatThrownBy(() -> range(1, Float.NaN))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("x becomes NaN");
        assertThatThrownBy(() -> new Range(1, 2)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> new Range(0, Float.POSITIVE_INFINITY)).isInstanceOf(ModelException.class);
    }
}
