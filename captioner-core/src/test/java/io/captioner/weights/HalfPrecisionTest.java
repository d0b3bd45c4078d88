package io.captioner.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {
    @Test
    void everyHalfSurvivesTheWayToFloatAndBack() {
        for (int half = 0; half < 1 << 16; half++) {
            float value = HalfPrecision.toFloat((short) half);
            assertThat(HalfPrecision.fromFloat(value)).isEqualTo((short) (Float.isNaN(value) ? half | 0x200 : half));
        }
    }

    @Property
    void roundsToTheNearestAndTiesToEven(@ForAll float value) {
        check(value);
    }

    @Property
    void roundsToTheNearestNearOne(@ForAll short bits) {
        // A float a few of its own places away from a half or from the middle between two.
        float value = HalfPrecision.toFloat(bits);
        check(Math.nextUp(value));
        check(Math.nextDown(value));
        float next = HalfPrecision.toFloat((short) (bits + 1));
        check((float) (((double) value + next) / 2));
    }

    private static void check(float value) {
        if (Float.isNaN(value)) {
            return;
        }
        short half = HalfPrecision.fromFloat(value);
        double rounded = HalfPrecision.toFloat(half);
        if (Math.abs(value) >= 65520f) {
            assertThat(rounded).isEqualTo(Math.copySign(Double.POSITIVE_INFINITY, value));
            return;
        }
        assertThat(Math.signum(rounded) * Math.signum(value)).isNotNegative();
        double error = Math.abs(rounded - value);
        for (int step : new int[] {-1, 1}) {
            int magnitude = (half & 0x7fff) + step;
            if (magnitude >= 0 && magnitude < 0x7c00) {
                double other = HalfPrecision.toFloat((short) (half & 0x8000 | magnitude));
                double otherError = Math.abs(other - value);
                assertThat(error).isLessThanOrEqualTo(otherError);
                if (error == otherError) {
                    assertThat(half & 1).isZero();
                }
            }
        }
    }

    @Test
    void convertsBuffersLargerThanAChunk() {
        int count = 10_001;
        FloatBuffer values = FloatBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            values.put(i, i - 5000);
        }
        ByteBuffer halves = ByteBuffer.allocateDirect(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        HalfPrecision.fromFloats(values, halves);
        assertThat(halves.hasRemaining()).isFalse();
        FloatBuffer back = FloatBuffer.allocate(count);
        HalfPrecision.toFloats(halves.flip(), back);
        for (int i = 0; i < count; i++) {
            assertThat(back.get(i)).isEqualTo(HalfPrecision.toFloat(HalfPrecision.fromFloat(i - 5000)));
        }
    }
}
