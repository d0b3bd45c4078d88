package io.captioner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AttentionMapTest {
    private final AttentionMap map = new AttentionMap(2, 3, new float[] {0.1f, 0.2f, 0.3f, 0.1f, 0.2f, 0.1f});

    @Test
    void aPlaceIsFoundByRowAndColumn() {
        assertThat(map.weight(0, 2)).isEqualTo(0.3f);
        assertThat(map.weight(1, 0)).isEqualTo(0.1f);
    }

    @Test
    void whatLiesOutsideIsNoPlace() {
        assertThatThrownBy(() -> map.weight(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> map.weight(-1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> map.weight(2, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void theWeightsAreItsOwn() {
        map.weights()[0] = 9;
        assertThat(map.weight(0, 0)).isEqualTo(0.1f);
    }
}
